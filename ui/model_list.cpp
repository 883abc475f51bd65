#include "ui/model_list.h"

#include <QFont>
#include <algorithm>

#include "ui/chosen_model.h"
#include "ui/names.h"
#include "ui/wording.h"

namespace corpuscope::ui {

void ModelList::show(std::vector<explore::ModelInfo> models) {
  beginResetModel();
  models_ = std::move(models);
  endResetModel();
}

void ModelList::set_chosen(const std::filesystem::path& folder) {
  chosen_ = folder;
  if (!models_.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, columns - 1));
}

bool ModelList::is_chosen(const explore::ModelInfo& model) const {
  return chosen_.empty() ? is_usual(model) : model.folder == chosen_;
}

int ModelList::row_of(const std::filesystem::path& folder) const {
  const auto found = std::ranges::find(models_, folder, &explore::ModelInfo::folder);
  return found == models_.end() ? -1 : int(found - models_.begin());
}

int ModelList::chosen_row() const {
  const auto found = std::ranges::find_if(models_, [this](const auto& model) { return is_chosen(model); });
  return found == models_.end() ? -1 : int(found - models_.begin());
}

int ModelList::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(models_.size()); }
int ModelList::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(columns); }

QString ModelList::text(const explore::ModelInfo& model, int column) const {
  if (column == name_column) return (is_chosen(model) ? QStringLiteral("✓ ") : QString()) + to_text(model.name);
  if (column == disk_column) return size(model.disk);
  if (!model.problem.empty()) return column == architecture_column ? tr("cannot be used: %1").arg(to_text(model.problem)) : QString();
  switch (column) {
    case parameters_column: return rounded(double(model.parameters));
    case weights_column: return to_text(model.weights);
    case memory_column: return size(model.memory.total());
    case speed_column: return tr("%1 tokens/s").arg(rounded(model.tokens_per_second));
    default: return to_text(model.architecture);
  }
}

QVariant ModelList::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const explore::ModelInfo& one = model(index.row());
  if (role == Qt::DisplayRole) return text(one, index.column());
  if (role == Qt::ToolTipRole) return index.column() == name_column ? path_text(one.folder) : text(one, index.column());
  const bool left = index.column() == name_column || index.column() == architecture_column || index.column() == weights_column;
  if (role == Qt::TextAlignmentRole) return int((left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  if (role == Qt::FontRole && is_chosen(one)) {
    QFont bold;
    bold.setBold(true);
    return bold;
  }
  return {};
}

QVariant ModelList::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case name_column: return tr("Name");
    case parameters_column: return tr("Parameters");
    case weights_column: return tr("Weights");
    case disk_column: return tr("On disk");
    case memory_column: return tr("Memory");
    case speed_column: return tr("Speed here");
    default: return tr("Made of");
  }
}

}  // namespace corpuscope::ui
