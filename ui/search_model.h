#pragma once
// Places where the words of a search stand, each as a concordance line.

#include <QAbstractTableModel>
#include <vector>

namespace corpuscope::ui {

struct ConcordanceLine {
  qint64 document = 0, offset = 0, length = 0;
  qint64 token = -1, line = -1;  // -1: not known yet
  QString name;
  QString before, hit, behind;
};

class SearchModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { place_column, text_column, columns };
  enum Role { before_role = Qt::UserRole, hit_role, behind_role };

  using QAbstractTableModel::QAbstractTableModel;

  void set_lines(std::vector<ConcordanceLine> lines);
  void set_place(int row, qint64 token, qint64 line);
  const std::vector<ConcordanceLine>& lines() const { return lines_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<ConcordanceLine> lines_;
};

}  // namespace corpuscope::ui
