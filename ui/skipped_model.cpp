#include "ui/skipped_model.h"

#include <QApplication>
#include <QPainter>

#include "ui/names.h"
#include "ui/painting.h"

namespace corpuscope::ui {

namespace {

constexpr int margin = 8, gap = 3;

}  // namespace

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

void SkippedDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem cell = option;
  cell.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
  const bool chosen = option.state & QStyle::State_Selected;
  const auto group = option.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
  const QColor loud = option.palette.color(group, chosen ? QPalette::HighlightedText : QPalette::Text);
  const QRect box = option.rect.adjusted(margin, gap, -margin, -gap);
  const QFontMetrics metrics(option.font), fine(small_font(option.font));
  painter->save();
  painter->setFont(option.font);
  painter->setPen(loud);
  painter->drawText(box, Qt::AlignLeft | Qt::AlignTop,
                    metrics.elidedText(index.data().toString(), Qt::ElideMiddle, box.width()));
  painter->setFont(small_font(option.font));
  painter->setPen(chosen ? loud : option.palette.color(QPalette::PlaceholderText));
  const QString reason = index.siblingAtColumn(1).data().toString();
  painter->drawText(box, Qt::AlignLeft | Qt::AlignBottom, fine.elidedText(reason, Qt::ElideRight, box.width()));
  painter->restore();
}

QSize SkippedDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
  return {100, row_height(option.font)};
}

int SkippedDelegate::row_height(const QFont& font) {
  return QFontMetrics(font).height() + QFontMetrics(small_font(font)).height() + 2 * gap;
}

QVariant SkippedModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == 0 ? tr("File") : tr("Why it was skipped");
}

}  // namespace corpuscope::ui
