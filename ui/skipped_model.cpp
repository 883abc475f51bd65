#include "ui/skipped_model.h"

#include "ui/names.h"

namespace corpuscope::ui {

void SkippedModel::set_skipped(std::vector<workspace::Skipped> skipped) {
  beginResetModel();
  skipped_ = std::move(skipped);
  endResetModel();
}

int SkippedModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(skipped_.size()); }
int SkippedModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : 2; }

QVariant SkippedModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto& file = skipped_[index.row()];
  if (role == Qt::DisplayRole) return to_text(index.column() == 0 ? file.name : file.reason);
  if (role == Qt::ToolTipRole) return QStringLiteral("%1\n%2").arg(to_text(file.name), to_text(file.reason));
  return {};
}

QVariant SkippedModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == 0 ? tr("File") : tr("Why it was skipped");
}

}  // namespace corpuscope::ui
