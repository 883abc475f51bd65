#include "ui/sources_model.h"

#include <QApplication>
#include <QLocale>
#include <QPainter>
#include <algorithm>

#include "ui/colors.h"
#include "ui/painting.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int margin = 8, gap = 3;

QString percent(float weight) { return QLocale().toString(weight * 100.0, 'f', 1) + QStringLiteral(" %"); }

QString back(const workspace::Edge& edge) {
  return edge.query == edge.key ? SourcesModel::tr("itself") : u'−' + rounded(double(edge.query - edge.key));
}

QString way(const workspace::Edge& edge) {
  return SourcesModel::tr("layer %1, head %2, level %3")
      .arg(edge.layer + 1)
      .arg(edge.head + 1)
      .arg(edge.level + 1);
}

}  // namespace

void SourcesModel::set_lines(std::vector<SourceLine> lines) {
  beginResetModel();
  lines_ = std::move(lines);
  endResetModel();
}

int SourcesModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(lines_.size()); }

QVariant SourcesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto& [edge, text, place] = lines_[index.row()];
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  return tr("%1 of its attention: %2\n%3, %4 tokens back\n%5")
      .arg(percent(edge.weight), text.before + text.hit + text.behind, place, grouped(edge.query - edge.key), way(edge));
}

void SourcesDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const auto& [edge, text, place] = static_cast<const SourcesModel*>(index.model())->line(index.row());
  QStyleOptionViewItem cell = option;
  cell.text.clear();
  cell.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
  const bool chosen = option.state & QStyle::State_Selected;
  const auto group = option.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
  const QColor loud = option.palette.color(group, chosen ? QPalette::HighlightedText : QPalette::Text);
  const QColor quiet = chosen ? loud : option.palette.color(QPalette::PlaceholderText);

  painter->save();
  painter->setFont(option.font);
  const QFontMetrics metrics(option.font);
  const QRect box = option.rect.adjusted(margin, gap, -margin, -gap);
  const int weight_width = metrics.horizontalAdvance(percent(1));
  const QRect weight(box.left(), box.top(), weight_width, metrics.height());
  painter->setPen(loud);
  painter->drawText(weight, Qt::AlignRight | Qt::AlignVCenter, percent(edge.weight));
  const QRect bar(weight.left(), weight.bottom() + 3, weight_width, std::max(metrics.height() / 3, 3));
  painter->fillRect(bar, theme(is_dark(option.palette)).line);
  const int filled = std::clamp(int(weight_width * edge.weight), 2, weight_width);
  painter->fillRect(QRect(bar.topLeft(), QSize(filled, bar.height())), level_color(edge.level, is_dark(option.palette)));

  const int left = weight.right() + margin;
  paint_concordance(*painter, QRect(left, box.top(), box.right() - left, metrics.height()), text);
  const QFont small = small_font(option.font);
  painter->setFont(small);
  painter->setPen(quiet);
  const QFontMetrics fine(small);
  const QRect below(left, weight.bottom() + 1, box.right() - left, fine.height());
  const QString about = QStringLiteral("L%1 H%2  ·  %3").arg(edge.layer + 1).arg(edge.head + 1).arg(back(edge));
  painter->drawText(below, Qt::AlignRight | Qt::AlignVCenter, about);
  const int room = below.width() - fine.horizontalAdvance(about) - margin;
  painter->drawText(below, Qt::AlignLeft | Qt::AlignVCenter, fine.elidedText(place, Qt::ElideMiddle, room));
  painter->restore();
}

QSize SourcesDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
  return {100, QFontMetrics(option.font).height() + QFontMetrics(small_font(option.font)).height() + 2 * gap + 2};
}

}  // namespace corpuscope::ui
