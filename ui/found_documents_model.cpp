#include "ui/found_documents_model.h"

#include <algorithm>

#include "ui/wording.h"

namespace corpuscope::ui {

void FoundDocumentsModel::set_found(std::vector<Found> found) {
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.places > b.places; });
  beginResetModel();
  found_ = std::move(found);
  all_ = 0;
  for (const Found& one : found_) all_ += one.places;
  endResetModel();
}

const FoundDocumentsModel::Found* FoundDocumentsModel::found(int row) const {
  return row >= 1 && row <= int(found_.size()) ? &found_[std::size_t(row - 1)] : nullptr;
}

int FoundDocumentsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || found_.empty() ? 0 : int(found_.size()) + 1;
}

int FoundDocumentsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(columns); }

QVariant FoundDocumentsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Found* one = found(index.row());
  const bool places = index.column() == places_column;
  if (role == Qt::TextAlignmentRole && places) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role == Qt::DisplayRole && places) return grouped(one ? one->places : all_);
  if (role == Qt::DisplayRole || role == Qt::ToolTipRole) return one ? one->name : tr("All documents");
  return {};
}

QVariant FoundDocumentsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole && section == places_column) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  return section == name_column ? tr("Document") : tr("Places");
}

}  // namespace corpuscope::ui
