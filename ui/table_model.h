#pragma once
// A table of the engine as a model for views, in the order of any of its columns. Ordering many rows takes a while, so
// that somebody else makes the order.

#include <QAbstractTableModel>
#include <memory>

#include "explore/table.h"

namespace corpuscope::ui {

class TableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;

  void show(std::shared_ptr<const explore::Table> table);
  void set_order(std::vector<std::uint32_t> order);
  const std::shared_ptr<const explore::Table>& table() const { return table_; }
  const std::vector<explore::Cell>& row(int row) const { return table_->rows[order_[std::size_t(row)]]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  void sort(int column, Qt::SortOrder order) override { emit order_wanted(column, order == Qt::DescendingOrder); }

  explore::Table ordered() const;  // as it is shown

 signals:
  void order_wanted(int column, bool falling);  // by a view: set_order is to be called

 private:
  std::shared_ptr<const explore::Table> table_ = std::make_shared<const explore::Table>();
  std::vector<std::uint32_t> order_;
};

}  // namespace corpuscope::ui
