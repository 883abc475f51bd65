#pragma once
// What the model expected in the cursor's place: tokens with their probabilities, the one that stands there marked.

#include <QAbstractListModel>
#include <QStyledItemDelegate>
#include <vector>

namespace corpuscope::ui {

struct ExpectedLine {
  QString text;
  double probability = 0;
  bool actual = false;  // it stands there
  qint64 rank = 0;      // from 1
};

class ExpectedModel : public QAbstractListModel {
  Q_OBJECT

 public:
  using QAbstractListModel::QAbstractListModel;

  void set_lines(std::vector<ExpectedLine> lines);
  const ExpectedLine& line(int row) const { return lines_[std::size_t(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  std::vector<ExpectedLine> lines_;
};

// One line a token: its probability in figures and as a bar, its text.
class ExpectedDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace corpuscope::ui
