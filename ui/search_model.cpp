#include "ui/search_model.h"

namespace corpuscope::ui {

namespace {

constexpr int most_lines = 4000;  // kept; a screen has about fifty

}  // namespace

SearchModel::SearchModel(QObject* parent) : QAbstractTableModel(parent), lines_(most_lines) {}

void SearchModel::clear() {
  beginResetModel();
  matches_.clear();
  only_.reset();
  choose_rows();
  endResetModel();
}

void SearchModel::append(const std::vector<explore::Match>& more) {
  if (more.empty()) return;
  std::vector<std::uint32_t> shown;
  if (only_)
    for (std::size_t i = 0; i < more.size(); ++i)
      if (more[i].document == *only_) shown.push_back(std::uint32_t(matches_.size() + i));
  const int before = rowCount(), added = only_ ? int(shown.size()) : int(more.size());
  if (added > 0) beginInsertRows({}, before, before + added - 1);
  matches_.insert(matches_.end(), more.begin(), more.end());
  rows_.insert(rows_.end(), shown.begin(), shown.end());
  if (added > 0) endInsertRows();
}

void SearchModel::replace(std::vector<explore::Match> all) {
  beginResetModel();
  matches_ = std::move(all);
  choose_rows();
  endResetModel();
}

void SearchModel::show_only(std::optional<std::uint32_t> document) {
  if (document == only_) return;
  beginResetModel();
  only_ = document;
  choose_rows();
  endResetModel();
}

void SearchModel::choose_rows() {
  rows_.clear();
  lines_.clear();
  wanted_.clear();
  if (!only_) return;
  for (std::size_t i = 0; i < matches_.size(); ++i)
    if (matches_[i].document == *only_) rows_.push_back(std::uint32_t(i));
}

const explore::Match& SearchModel::match(int row) const {
  return matches_[only_ ? rows_[std::size_t(row)] : std::size_t(row)];
}

const ConcordanceLine* SearchModel::line(int row) const {
  if (const auto* known = lines_.object(row)) return known;
  if (wanted_.isEmpty()) QMetaObject::invokeMethod(const_cast<SearchModel*>(this), &SearchModel::lines_wanted, Qt::QueuedConnection);
  wanted_.insert(row);
  return nullptr;
}

QList<int> SearchModel::take_wanted() {
  const QList<int> rows = wanted_.values();
  wanted_.clear();
  return rows;
}

void SearchModel::set_line(const explore::Match& match, int row, const ConcordanceLine& line) {
  if (row >= rowCount() || this->match(row) != match) return;  // an answer for rows that are gone
  lines_.insert(row, new ConcordanceLine(line));
  emit dataChanged(index(row, 0), index(row, columns - 1));
}

int SearchModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(only_ ? rows_.size() : matches_.size());
}

int SearchModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(columns); }

QVariant SearchModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const bool of_line = role == Qt::DisplayRole || role == Qt::ToolTipRole || (role >= before_role && role <= behind_role);
  if (!of_line) return {};
  const ConcordanceLine* line = this->line(index.row());
  if (!line) return {};
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == text_column) return QString(line->before + line->hit + line->behind);
      return QStringLiteral("%1:%2").arg(line->name).arg(line->line) +
             (line->section.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(line->section));
    case Qt::ToolTipRole: return line->section.isEmpty() ? line->name : line->name + u'\n' + line->section;
    case before_role: return line->before;
    case hit_role: return line->hit;
    default: return line->behind;
  }
}

QVariant SearchModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == place_column ? tr("Place") : tr("Text");
}

}  // namespace corpuscope::ui
