#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/painting_attention.h"

namespace corpuscope::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Attention", text); }

struct Row {
  int level;
  QColor color;
  QString segment, dilation, share;
  double tokens;  // of the segment
};

QColor blended(const QColor& ground, const QColor& color, double share) {
  const float s = float(share);
  return QColor::fromRgbF(ground.redF() + (color.redF() - ground.redF()) * s, ground.greenF() + (color.greenF() - ground.greenF()) * s,
                          ground.blueF() + (color.blueF() - ground.blueF()) * s);
}

std::vector<Row> level_rows(const AttentionPicture& picture, const Theme& colors) {
  std::vector<Row> rows;
  const auto& levels = picture.geometry->pattern.levels;
  const double least = least_share(*picture.geometry);
  for (std::size_t level = 0; level < levels.size(); ++level) {
    if (level < picture.hidden.size() && picture.hidden[level]) continue;
    const double share = 1 / (double(levels[level].dilation) * double(levels[level].dilation));
    const QColor color = blended(colors.ground, level_color(int(level), colors.dark),
                                 pattern_strength(share, least, picture.strength));
    rows.push_back({int(level), color, segment_text(levels[level].segment), segment_text(levels[level].dilation),
                    share >= 0.001 ? QStringLiteral("%1 %").arg(share * 100, 0, 'g', 3)
                                   : QStringLiteral("1 : %1").arg(with_unit(1 / share)),
                    double(levels[level].segment)});
  }
  return rows;
}

QString strength_text(Strength strength) {
  switch (strength) {
    case Strength::linear: return tr("linear");
    case Strength::root: return tr("square root");
    case Strength::logarithm: break;
  }
  return tr("logarithmic");
}

void paint_panel(QPainter& painter, const QRectF& panel, const Theme& colors) {
  painter.setPen(QPen(colors.line, 1));
  painter.setBrush(faded(colors.panel, 0.94));
  painter.drawRoundedRect(panel, 4, 4);
  painter.setBrush(Qt::NoBrush);
}

// Legends stand below each other at the right, where a causal pattern has nothing; each answers where it ends.
double paint_level_legend(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  const auto rows = level_rows(picture, colors);
  const double line = line_height(painter.font()) + 1;
  const double others = picture.blind_spots ? 4 : 0;  // lines
  const auto room = std::size_t(std::max(plot.height() * (others > 0 ? 0.75 : 0.6) / line - 3 - others, 0.0));
  // Levels that span the whole view and more look alike: the nearest of them stands for all.
  const double in_sight = std::max(plot.width(), plot.height()) * picture.view.step;
  const auto narrow = std::size_t(std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.tokens < 2 * in_sight; }));
  const std::size_t shown = std::min({rows.size(), room, narrow + 1});
  const double width = 15.5 * line;
  if (shown == 0 || plot.width() < 1.3 * width) return plot.top();
  const double more = rows.size() > shown ? 1 : 0;
  const QRectF panel(plot.right() - width - 8, plot.top() + 8, width, (double(shown) + 2 + more) * line + 12);
  paint_panel(painter, panel, colors);
  double y = panel.top() + 6;
  const auto write = [&](const std::array<QString, 3>& cells, const QColor& color) {
    painter.setPen(color);
    const std::array<double, 3> right = {0.4 * width, 0.66 * width, width - 8};
    for (std::size_t i = 0; i < 3; ++i)
      painter.drawText(QRectF(panel.left(), y, right[i], line), Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine,
                       cells[i]);
  };
  write({tr("segment"), tr("dilation"), tr("pairs seen")}, colors.quiet_text);
  for (std::size_t i = 0; i < shown; ++i) {
    y += line;
    painter.fillRect(QRectF(panel.left() + 8, y + 2, 16, line - 4), rows[i].color);
    write({rows[i].segment, rows[i].dilation, rows[i].share}, colors.text);
  }
  y += line;
  painter.setPen(colors.quiet_text);
  if (more > 0) {
    painter.drawText(QRectF(panel.left() + 8, y, width - 16, line), Qt::AlignLeft | Qt::AlignVCenter,
                     tr("and %1 wider levels").arg(rows.size() - shown));
    y += line;
  }
  painter.drawText(QRectF(panel.left() + 8, y, width - 16, line), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                   tr("strength: %1").arg(strength_text(picture.strength)));
  return panel.bottom();
}

QString weight_title(const AttentionPicture& picture) {
  if (picture.values == Values::row) return tr("share of the row's strongest");
  return picture.head == workspace::strongest_head ? tr("weight by the strongest head") : tr("attention weight of a pair");
}

QString kind_text(const AttentionPicture& picture) {
  return (picture.frame.exact ? tr("single weights, %1") : tr("pooled means, %1")).arg(strength_text(picture.strength));
}

// Where colours tell the level, the bar is grey: only its strength says how large a weight is.
void paint_color_bar(QPainter& painter, const QRectF& bar, const AttentionPicture& picture, const Theme& colors) {
  const ColorTable map = color_table(picture.map, colors.dark);
  for (int i = 0; i < int(bar.width()); ++i) {
    const double place = i / bar.width();
    const std::size_t entry = map_entry(place);
    QColor color(map[entry]);
    if (picture.map == ColorMap::levels) color = blended(colors.ground, colors.text, double(entry) / 255);
    painter.fillRect(QRectF(bar.left() + i, bar.top(), 1.2, bar.height()), place < picture.threshold ? colors.ground : color);
  }
}

// What the colours mean and no more, for narrow canvases.
double paint_small_weight_legend(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  const double line = line_height(painter.font()) + 1, width = 9.5 * line;
  if (plot.width() < 1.3 * width) return plot.top();
  const QRectF panel(plot.right() - width - 4, plot.top() + 4, width, 2 * line + 18);
  paint_panel(painter, panel, colors);
  QRectF row(panel.left() + 6, panel.top() + 3, std::floor(width - 12), line);
  painter.setPen(colors.text);
  painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, picture.values == Values::row ? tr("share of the row") : tr("weight"));
  const QRectF bar(row.left(), row.bottom() + 1, row.width(), 8);
  paint_color_bar(painter, bar, picture, colors);
  row.moveTop(bar.bottom() + 1);
  painter.setPen(colors.quiet_text);
  painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, weight_text(picture.frame.low));
  painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, weight_text(picture.frame.high));
  return panel.bottom();
}

double paint_weight_legend(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  const double line = line_height(painter.font()) + 1, width = 15.5 * line;
  if (plot.height() < 8 * line) return plot.top();
  if (plot.width() < 1.3 * width) return paint_small_weight_legend(painter, plot, picture, colors);
  const bool single = shows_edges(picture);
  const bool by_level = picture.map == ColorMap::levels;
  const double more = (single ? 1 : 0) + (picture.threshold > 0 ? 1 : 0) + (by_level ? 1 : 0);
  const QRectF panel(plot.right() - width - 8, plot.top() + 8, width, (3 + more) * line + 26);
  paint_panel(painter, panel, colors);
  painter.setPen(colors.text);
  painter.drawText(QRectF(panel.left() + 8, panel.top() + 5, width - 16, line), Qt::AlignLeft | Qt::AlignVCenter,
                   weight_title(picture));
  const QRectF bar(panel.left() + 8, panel.top() + 8 + line, std::floor(width - 16), 10);
  paint_color_bar(painter, bar, picture, colors);
  painter.setPen(colors.quiet_text);
  const QRectF numbers(bar.left(), bar.bottom() + 1, bar.width(), line);
  const double middle = weight_at(0.5, picture.frame.low, picture.frame.high, picture.strength);
  painter.drawText(numbers, Qt::AlignLeft | Qt::AlignVCenter, weight_text(picture.frame.low));
  painter.drawText(numbers, Qt::AlignHCenter | Qt::AlignVCenter, weight_text(middle));
  painter.drawText(numbers, Qt::AlignRight | Qt::AlignVCenter, weight_text(picture.frame.high));
  painter.drawText(QRectF(bar.left(), numbers.bottom(), bar.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                   kind_text(picture));
  QRectF below(bar.left(), numbers.bottom() + line, bar.width(), line);
  if (picture.threshold > 0) {
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, tr("below %1: not drawn").arg(weight_text(
        weight_at(picture.threshold, picture.frame.low, picture.frame.high, picture.strength))));
    below.translate(0, line);
  }
  if (by_level) {
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, tr("hue: the level that gives most"));
    below.translate(0, line);
  }
  if (!single) return panel.bottom();
  painter.fillRect(QRectF(below.left(), below.center().y() - line / 4, line / 2, line / 2),
                   level_color(0, colors.dark));
  painter.drawText(below.adjusted(line, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                   tr("strongest single ones, by level"));
  return panel.bottom();
}

void paint_blind_legend(QPainter& painter, const QRectF& plot, double above, const AttentionPicture& picture,
                        const Theme& colors) {
  const double line = line_height(painter.font()) + 1, width = 15.5 * line;
  const bool any = !picture.frame.blind.empty();
  const QRectF panel(plot.right() - width - 8, above + 8, width, (any ? 3 : 2) * line + 10);
  if (plot.width() < 1.3 * width || panel.bottom() > plot.bottom() - line) return;
  paint_panel(painter, panel, colors);
  QRectF row(panel.left() + 8, panel.top() + 5, width - 16, line);
  if (!any) {
    painter.setPen(colors.text);
    painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, tr("no blind spots in sight"));
    painter.setPen(colors.quiet_text);
    painter.drawText(row.translated(0, line), Qt::AlignLeft | Qt::AlignVCenter, tr("at borders this far apart"));
    return;
  }
  const QRectF swatch(row.left(), row.top() + 2, 16, line - 4);
  painter.fillRect(swatch, faded(colors.mark, 0.16));
  painter.fillRect(swatch, QBrush(faded(colors.mark, 0.8), Qt::BDiagPattern));
  painter.setPen(colors.text);
  painter.drawText(row.adjusted(22, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, tr("blind: through no number"));
  painter.drawText(row.adjusted(22, line, 0, line), Qt::AlignLeft | Qt::AlignVCenter, tr("of layers does anything"));
  painter.drawText(row.adjusted(22, 2 * line, 0, 2 * line), Qt::AlignLeft | Qt::AlignVCenter, tr("pass from key to query"));
}

}  // namespace

void paint_legend(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  const bool weights = picture.frame.weights && picture.frame.high > 0;
  const double end = (weights ? paint_weight_legend : paint_level_legend)(painter, plot, picture, colors);
  if (picture.blind_spots) paint_blind_legend(painter, plot, end, picture, colors);
}

}  // namespace corpuscope::ui
