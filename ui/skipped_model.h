#pragma once
// The files that were not read, with the reason.

#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <vector>

#include "workspace/workspace.h"

namespace corpuscope::ui {

class SkippedModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;

  void set_skipped(std::vector<workspace::Skipped> skipped);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<workspace::Skipped> skipped_;
};

// Both columns in the first: the file, and below it why it was skipped. A panel is too narrow for them side by side.
class SkippedDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  static int row_height(const QFont& font);
};

}  // namespace corpuscope::ui
