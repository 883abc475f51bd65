#pragma once
// Where a token's attention came from: its strongest incoming edges, with the text at the other end.

#include <QAbstractTableModel>
#include <vector>

#include "workspace/workspace.h"

namespace corpuscope::ui {

struct SourceLine {
  workspace::Edge edge;
  QString text;   // around the source
  QString place;  // file:line
};

class SourcesModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { weight_column, text_column, level_column, head_column, layer_column, distance_column, place_column, columns };

  using QAbstractTableModel::QAbstractTableModel;

  void set_lines(std::vector<SourceLine> lines);
  qint64 token(int row) const { return lines_[row].edge.key; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVariant text(const SourceLine& line, int column) const;

  std::vector<SourceLine> lines_;
};

}  // namespace corpuscope::ui
