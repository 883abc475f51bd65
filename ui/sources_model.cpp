#include "ui/sources_model.h"

#include <QApplication>
#include <QLocale>
#include <QPainter>
#include <algorithm>

#include "ui/colors.h"
#include "ui/link_checking.h"
#include "ui/painting.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int margin = 8, gap = 3;

QString away(const SourceLine& line) {
  const qint64 distance = line.edge.query - line.edge.key;
  if (distance == 0) return SourcesModel::tr("itself");
  return (line.reader ? u'+' : u'−') + rounded(double(distance));
}

QString way(const workspace::Edge& edge) {
  return SourcesModel::tr("layer %1, head %2, level %3")
      .arg(edge.layer + 1)
      .arg(edge.head + 1)
      .arg(edge.level + 1);
}

}  // namespace

QString share_text(double share) {
  const double percent = 100 * share;
  const int digits = percent >= 10 || percent == 0 ? 1 : percent >= 0.1 ? 2 : 3;
  return QLocale().toString(percent, 'f', digits) + QStringLiteral(" %");
}

QString beyond_words() { return SourcesModel::tr("Further back than this model measurably uses its context"); }

void SourcesModel::set_lines(std::vector<SourceLine> lines, qint64 farthest_used) {
  beginResetModel();
  farthest_used_ = farthest_used;
  lines_ = std::move(lines);
  largest_ = 0;
  for (const SourceLine& line : lines_) largest_ = std::max(largest_, line.share);
  endResetModel();
}

int SourcesModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(lines_.size()); }

QVariant SourcesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const SourceLine& line = lines_[std::size_t(index.row())];
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  const QString text = line.text.before + line.text.hit + line.text.behind;
  const QString share = line.stored ? tr("at least %1").arg(share_text(line.share)) : share_text(line.share);
  const QString distance = grouped(line.edge.query - line.edge.key);
  QString notes;
  if (line.check) notes += u'\n' + link_words(*line.check);
  if (line.beyond(farthest_used_)) notes += u'\n' + beyond_words();
  return (line.reader ? tr("%1 of that token's attention goes here: %2\n%3, %4 tokens on\nmost of it by %5")
                      : tr("%1 of the token's attention: %2\n%3, %4 tokens back\nmost of it by %5"))
      .arg(share, text, line.place, distance, way(line.edge)) + notes;
}

void SourcesDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const auto& model = *static_cast<const SourcesModel*>(index.model());
  const SourceLine& line = model.line(index.row());
  QStyleOptionViewItem cell = option;
  cell.text.clear();
  cell.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
  const bool chosen = option.state & QStyle::State_Selected;
  const auto group = option.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
  const QColor strong = option.palette.color(group, chosen ? QPalette::HighlightedText : QPalette::Text);
  const QColor quiet = chosen ? strong : option.palette.color(QPalette::PlaceholderText);
  const QColor loud = model.beyond(index.row()) ? quiet : strong;

  painter->save();
  painter->setFont(option.font);
  const QFontMetrics metrics(option.font);
  const QRect box = option.rect.adjusted(margin, gap, -margin, -gap);
  const int weight_width = metrics.horizontalAdvance(QStringLiteral("0.000 %"));
  const QRect weight(box.left(), box.top(), weight_width, metrics.height());
  painter->setPen(loud);
  painter->drawText(weight, Qt::AlignRight | Qt::AlignVCenter, share_text(line.share));
  const QRect bar(weight.left(), weight.bottom() + 3, weight_width, std::max(metrics.height() / 3, 3));
  painter->fillRect(bar, theme(is_dark(option.palette)).line);
  const double part = model.largest_share() > 0 ? line.share / model.largest_share() : 0;
  const int filled = std::clamp(int(weight_width * part), 2, weight_width);
  const QRect part_of_bar(bar.topLeft(), QSize(filled, bar.height()));
  const QColor color = level_color(line.edge.level, is_dark(option.palette));
  if (line.check && !line.check->confirmed()) {
    painter->setPen(color);
    painter->drawRect(part_of_bar.adjusted(0, 0, -1, -1));
    painter->setPen(loud);
  } else {
    painter->fillRect(part_of_bar, color);
  }

  const int left = weight.right() + margin;
  paint_concordance(*painter, QRect(left, box.top(), box.right() - left, metrics.height()), line.text);
  const QFont small = small_font(option.font);
  painter->setFont(small);
  painter->setPen(quiet);
  const QFontMetrics fine(small);
  const QRect below(left, weight.bottom() + 1, box.right() - left, fine.height());
  const QString checked = line.check ? link_text(*line.check) + QStringLiteral("  ·  ") : QString();
  const QString about = checked + QStringLiteral("L%1 H%2  ·  %3").arg(line.edge.layer + 1).arg(line.edge.head + 1).arg(away(line));
  painter->drawText(below, Qt::AlignRight | Qt::AlignVCenter, about);
  const int room = below.width() - fine.horizontalAdvance(about) - margin;
  painter->drawText(below, Qt::AlignLeft | Qt::AlignVCenter, fine.elidedText(line.place, Qt::ElideMiddle, room));
  painter->restore();
}

QSize SourcesDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
  return {100, QFontMetrics(option.font).height() + QFontMetrics(small_font(option.font)).height() + 2 * gap + 2};
}

}  // namespace corpuscope::ui
