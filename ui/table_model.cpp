#include "ui/table_model.h"

#include <QCoreApplication>
#include <QLocale>
#include <numeric>

#include "ui/names.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

QString translated(const std::string& text) {
  return text.empty() ? QString() : QCoreApplication::translate("Words", text.c_str());
}

// A long heading takes two lines: numbers are narrow.
QString on_two_lines(QString title) {
  const auto space = title.lastIndexOf(u' ');
  if (title.size() > 10 && space > 0) title[space] = u'\n';
  return title;
}

QString shown(const explore::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return to_text(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return grouped(*whole);
  return QLocale().toString(std::get<double>(cell), 'f', 2);
}

}  // namespace

void TableModel::show(std::shared_ptr<const explore::Table> table) {
  beginResetModel();
  table_ = std::move(table);
  order_.resize(table_->rows.size());
  std::iota(order_.begin(), order_.end(), 0u);
  endResetModel();
}

void TableModel::set_order(std::vector<std::uint32_t> order) {
  if (order.size() != order_.size()) return;
  emit layoutAboutToBeChanged();
  order_ = std::move(order);
  emit layoutChanged();
}

int TableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(order_.size()); }
int TableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(table_->columns.size()); }

QVariant TableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const explore::Cell& cell = row(index.row())[std::size_t(index.column())];
  if (role == Qt::DisplayRole) return shown(cell);
  if (role == Qt::TextAlignmentRole) return int((index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  return {};
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section >= columnCount()) return {};
  const explore::Column& column = table_->columns[std::size_t(section)];
  if (role == Qt::DisplayRole) return on_two_lines(translated(column.title));
  if (role == Qt::AccessibleTextRole) return translated(column.title);
  if (role == Qt::ToolTipRole) return translated(column.meaning);
  if (role == Qt::TextAlignmentRole) return int((section == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  return {};
}

explore::Table TableModel::ordered() const {
  explore::Table table{table_->columns, {}};
  table.rows.reserve(order_.size());
  for (const std::uint32_t row : order_) table.rows.push_back(table_->rows[row]);
  return table;
}

}  // namespace corpuscope::ui
