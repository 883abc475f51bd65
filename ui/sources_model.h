#pragma once
// Where a token's attention came from: its strongest incoming edges, with the text at the other end.

#include <QAbstractListModel>
#include <QStyledItemDelegate>
#include <vector>

#include "ui/concordance.h"
#include "workspace/workspace.h"

namespace corpuscope::ui {

struct SourceLine {
  workspace::Edge edge;
  TextAround text;  // the source in its line
  QString place;    // file:line
};

class SourcesModel : public QAbstractListModel {
  Q_OBJECT

 public:
  using QAbstractListModel::QAbstractListModel;

  void set_lines(std::vector<SourceLine> lines);
  const SourceLine& line(int row) const { return lines_[row]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  std::vector<SourceLine> lines_;
};

// Two lines a source: its weight as a bar in its level's colour and its text; below, through what it was seen.
class SourcesDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace corpuscope::ui
