#include "ui/search_model.h"

namespace corpuscope::ui {

void SearchModel::set_lines(std::vector<ConcordanceLine> lines) {
  beginResetModel();
  lines_ = std::move(lines);
  endResetModel();
}

void SearchModel::set_place(int row, qint64 token, qint64 line) {
  if (row < 0 || row >= int(lines_.size())) return;
  lines_[row].token = token;
  lines_[row].line = line;
  emit dataChanged(index(row, place_column), index(row, place_column));
}

int SearchModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(lines_.size()); }
int SearchModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(columns); }

QVariant SearchModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto& line = lines_[index.row()];
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == text_column) return QString(line.before + line.hit + line.behind);
      return line.line < 0 ? line.name : QStringLiteral("%1:%2").arg(line.name).arg(line.line);
    case Qt::ToolTipRole: return line.name;
    case before_role: return line.before;
    case hit_role: return line.hit;
    case behind_role: return line.behind;
    default: return {};
  }
}

QVariant SearchModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == place_column ? tr("Place") : tr("Text");
}

}  // namespace corpuscope::ui
