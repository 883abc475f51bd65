#include "ui/inspector_expected.h"

#include <QApplication>
#include <QPainter>
#include <algorithm>

#include "ui/colors.h"
#include "ui/sources_model.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int margin = 8, gap = 3;

}  // namespace

void ExpectedModel::set_lines(std::vector<ExpectedLine> lines) {
  beginResetModel();
  lines_ = std::move(lines);
  endResetModel();
}

int ExpectedModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(lines_.size()); }

QVariant ExpectedModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const ExpectedLine& line = lines_[std::size_t(index.row())];
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  const QString text = tr("“%1”, %2 probable, number %3")
                           .arg(visible(line.text), share_text(line.probability), grouped(line.rank));
  return line.actual ? tr("%1: this is what stands there").arg(text) : text;
}

void ExpectedDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const ExpectedLine& line = static_cast<const ExpectedModel*>(index.model())->line(index.row());
  QStyleOptionViewItem cell = option;
  cell.text.clear();
  cell.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
  const bool chosen = option.state & QStyle::State_Selected, dark = is_dark(option.palette);
  const auto group = option.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
  const QColor loud = option.palette.color(group, chosen ? QPalette::HighlightedText : QPalette::Text);
  const QColor quiet = chosen ? loud : option.palette.color(QPalette::PlaceholderText);

  painter->save();
  QFont font = option.font;
  font.setBold(line.actual);
  painter->setFont(font);
  const QFontMetrics metrics(font);
  const QRect box = option.rect.adjusted(margin, gap, -margin, -gap);
  const int rank_width = metrics.horizontalAdvance(QStringLiteral("0000")), share_width = metrics.horizontalAdvance(QStringLiteral("00.000 %"));
  painter->setPen(quiet);
  painter->drawText(QRect(box.left(), box.top(), rank_width, box.height()), Qt::AlignRight | Qt::AlignVCenter,
                    grouped(line.rank));
  painter->setPen(loud);
  const int left = box.left() + rank_width + margin;
  painter->drawText(QRect(left, box.top(), share_width, box.height()), Qt::AlignRight | Qt::AlignVCenter,
                    share_text(line.probability));
  const int text_left = left + share_width + margin;
  const QRect room(text_left, box.top(), box.right() - text_left, box.height());
  // The bar lies behind the text, so that both have the whole width.
  QColor bar = line.actual ? theme(dark).cursor : surprise_color(dark);
  bar.setAlphaF(0.35F);
  painter->fillRect(QRect(room.left(), room.top(), std::max(int(room.width() * line.probability), 1), room.height()), bar);
  QString text = visible(line.text);
  if (line.actual) text += ExpectedModel::tr("   ← stands here");
  painter->drawText(room.adjusted(4, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                    metrics.elidedText(text, Qt::ElideRight, room.width() - 4));
  painter->restore();
}

QSize ExpectedDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
  return {100, QFontMetrics(option.font).height() + 2 * gap};
}

}  // namespace corpuscope::ui
