#include <QCoreApplication>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <set>

#include "ui/ladder_painter.h"
#include "ui/link_checking.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr double node = 4;
constexpr double thinnest = 1.5, thickest = 9;
constexpr double unweighted = 3;  // of arcs without a weight

QString tr(const char* text) { return QCoreApplication::translate("ladder", text); }

double arc_width(float weight) {
  if (weight <= 0) return unweighted;
  return thinnest + (thickest - thinnest) * std::sqrt(std::min(double(weight), 1.0));
}

}  // namespace

void LadderPainter::paint_rungs() {
  for (std::size_t i = 0; i < layout_.rungs.size(); ++i) {
    const double y = layout_.rungs[i];
    painter_.setPen(QPen(colors_.line, 1));
    painter_.drawLine(QPointF(layout_.plot.left(), y), QPointF(layout_.plot.right(), y));
    if (i == 0) continue;
    const double middle = (y + layout_.rungs[i - 1]) / 2;
    painter_.setPen(colors_.quiet_text);
    const QString name = picture_.layers ? tr("layer %1").arg(i) : tr("hop %1").arg(i);
    const QRectF box(ladder_gap, middle - line_ / 2, layout_.plot.left() - 2 * ladder_gap, line_);
    painter_.drawText(box, Qt::AlignRight | Qt::AlignVCenter, name);
  }
}

QColor LadderPainter::color_of(const workspace::PathStep& step) const {
  return step.stays() ? colors_.quiet_text : level_color(step.level, picture_.dark);
}

const workspace::LinkCheck* LadderPainter::check_of(const workspace::PathStep& step) const {
  const auto found = picture_.checks.find({step.from, step.to});
  return step.stays() || found == picture_.checks.end() ? nullptr : &found->second;
}

bool LadderPainter::beyond(const workspace::PathStep& step) const {
  return picture_.farthest_used >= 0 && step.to - step.from > picture_.farthest_used;
}

void LadderPainter::paint_path(int index, bool chosen) {
  if (index < 0 || index >= int(picture_.paths.size())) return;
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  const auto& path = picture_.paths[std::size_t(index)];
  for (std::size_t i = 0; i < path.size(); ++i) {
    QColor color = color_of(path[i]);
    if (!chosen || beyond(path[i])) color.setAlphaF(0.3f);
    const double width = path[i].stays() ? 1.2 : chosen ? arc_width(path[i].weight) : 1.5;
    const auto* check = check_of(path[i]);
    const Qt::PenStyle style = check && !check->confirmed()           ? Qt::DotLine
                               : path[i].stays() || picture_.imagined ? Qt::DashLine
                                                                      : Qt::SolidLine;
    const QPainterPath line = ladder_arc(layout_, path[i], i);
    if (chosen && int(i) == picture_.step) {
      QColor halo = colors_.cursor;
      halo.setAlphaF(0.35f);
      painter_.strokePath(line, QPen(halo, width + 7, Qt::SolidLine, Qt::RoundCap));
    }
    painter_.strokePath(line, QPen(color, width, style, Qt::FlatCap));
  }
  if (chosen) paint_nodes(path);
  painter_.restore();
}

void LadderPainter::paint_nodes(const workspace::FoundPath& path) {
  for (std::size_t i = 0; i <= path.size(); ++i) {
    const std::int64_t token = i < path.size() ? path[i].from : path.back().to;
    const bool at_step = int(i) == picture_.step || int(i) == picture_.step + 1;
    painter_.setPen(QPen(colors_.ground, 1.5));
    painter_.setBrush(at_step && picture_.step >= 0 ? colors_.cursor : colors_.text);
    painter_.drawEllipse(ladder_node(layout_, token, i), node, node);
  }
}

// At each rung the token's text and place, on the side with more room; at each arc through what it went.
void LadderPainter::paint_texts() {
  if (picture_.path < 0 || picture_.path >= int(picture_.paths.size())) return;
  const auto& path = picture_.paths[std::size_t(picture_.path)];
  for (std::size_t i = 0; i <= path.size(); ++i) {
    const std::int64_t token = i < path.size() ? path[i].from : path.back().to;
    const bool same = i > 0 && path[i - 1].stays();
    if (!same) paint_node_text(token, ladder_node(layout_, token, i));
  }
  for (std::size_t i = 0; i < path.size(); ++i)
    if (spacing() >= 3.4 * line_) paint_arc_text(path[i], i);  // else the line below the ladders says it, step by step
}

// An end of a path that is not there.
void LadderPainter::paint_lone_place(std::int64_t token, double y) {
  const QPointF at(x(double(token) + 0.5), y);
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setPen(Qt::NoPen);
  painter_.setBrush(colors_.text);
  painter_.drawEllipse(at, node, node);
  painter_.restore();
  paint_node_text(token, at);
}

void LadderPainter::paint_node_text(std::int64_t token, const QPointF& at) {
  const auto found = picture_.texts.find(token);
  const double right = layout_.plot.right() - at.x() - 3 * ladder_gap, left = at.x() - layout_.plot.left() - 3 * ladder_gap;
  const bool to_right = right >= left;
  const double width = std::max(std::max(right, left), 40.0);
  const double x0 = to_right ? at.x() + 2 * ladder_gap : at.x() - 2 * ladder_gap - width;
  const QRectF box(x0, at.y() - line_ - 1, width, 2 * line_ + 2);
  const QFontMetricsF metrics(small_);
  const auto side = to_right ? Qt::AlignLeft : Qt::AlignRight;
  const QRectF above(box.left(), box.top(), width, line_), below(box.left(), at.y() + 1, width, line_);
  const QString number = grouped(token);
  if (found == picture_.texts.end()) {
    painter_.setPen(colors_.text);
    painter_.drawText(above, side | Qt::AlignVCenter, number);
    return;
  }
  paint_snippet(found->second, above, to_right);
  if (!layout_.rungs.empty() && spacing() < 2.2 * line_) return;
  painter_.setPen(colors_.quiet_text);
  const QString number_part = QStringLiteral("  ·  ") + number;
  const double room = width - metrics.horizontalAdvance(number_part);
  const QString text = metrics.elidedText(found->second.place, Qt::ElideMiddle, std::max(room, 0.0)) + number_part;
  const QRectF tight = metrics.boundingRect(below, int(side | Qt::AlignVCenter), text);
  painter_.fillRect(tight.adjusted(-2, 0, 2, 0), veil());
  painter_.drawText(below, side | Qt::AlignVCenter, text);
}

// The token itself stands out; where the room is short its surroundings give way.
void LadderPainter::paint_snippet(const TokenText& text, const QRectF& room, bool to_right) {
  QFont bold = small_;
  bold.setBold(true);
  const QFontMetricsF plain(small_), strong(bold);
  const double token_width = std::min(strong.horizontalAdvance(text.token), room.width());
  const double rest = (room.width() - token_width) / 2;
  const QString before = plain.elidedText(text.before, Qt::ElideLeft, rest);
  const QString behind =
      plain.elidedText(text.behind, Qt::ElideRight, room.width() - token_width - plain.horizontalAdvance(before));
  const double all = plain.horizontalAdvance(before) + token_width + plain.horizontalAdvance(behind);
  double at = to_right ? room.left() : room.right() - all;
  painter_.fillRect(QRectF(at - 2, room.top(), all + 4, room.height()), veil());
  const auto draw = [&](const QString& part, const QFont& font, const QColor& color, double width) {
    painter_.setFont(font);
    painter_.setPen(color);
    painter_.drawText(QRectF(at, room.top(), width + 1, room.height()), Qt::AlignLeft | Qt::AlignVCenter, part);
    at += width;
  };
  draw(before, small_, colors_.quiet_text, plain.horizontalAdvance(before));
  draw(strong.elidedText(text.token, Qt::ElideRight, token_width + 1), bold, colors_.text, token_width);
  draw(behind, small_, colors_.quiet_text, plain.horizontalAdvance(behind));
  painter_.setFont(small_);
}

void LadderPainter::paint_arc_text(const workspace::PathStep& step, std::size_t i) {
  const auto* check = check_of(step);
  const QString text = check ? step_words(step) + QStringLiteral(" · ") + link_text(*check) : step_words(step);
  const QFontMetricsF metrics(small_);
  const QPointF from = ladder_node(layout_, step.from, i), to = ladder_node(layout_, step.to, i + 1);
  const double width = metrics.horizontalAdvance(text) + 4;
  // Beside the arc, and where that runs flat a little lower, in its bend.
  const double middle = (from.x() + to.x()) / 2, lower = std::abs(to.x() - from.x()) > width / 2 && spacing() > 5 * line_ ? line_ : 0;
  const double beside = middle + (step.stays() ? 1 : 2) * ladder_gap;
  const bool fits = beside + width < layout_.plot.right();
  const QRectF box(fits ? beside : middle - width - 2 * ladder_gap,
                   (from.y() + to.y()) / 2 - line_ / 2 + (fits ? lower : -lower), width, line_);
  painter_.fillRect(box, veil());
  painter_.setPen(step.stays() || beyond(step) ? colors_.quiet_text : colors_.text);
  painter_.drawText(box, Qt::AlignCenter, text);
}

// What colours, lines and widths mean. Where the words do not fit, each kind is named once.
void LadderPainter::paint_legend() {
  const QFontMetricsF metrics(small_);
  constexpr double before_text = 4, behind_text = 10;
  auto entries = legend_entries(false);
  const auto width_of = [&] {
    double all = -behind_text;
    for (const auto& entry : entries) all += entry.line + before_text + metrics.horizontalAdvance(entry.text) + behind_text;
    return all;
  };
  if (width_of() > layout_.legend.width()) entries = legend_entries(true);
  double at = layout_.legend.left();
  const double middle = layout_.legend.center().y();
  for (const auto& entry : entries) {
    const double width = metrics.horizontalAdvance(entry.text);
    if (at + entry.line + before_text + width > layout_.legend.right()) return;
    painter_.setPen(entry.pen);
    painter_.drawLine(QPointF(at, middle), QPointF(at + entry.line, middle));
    at += entry.line + before_text;
    painter_.setPen(colors_.quiet_text);
    painter_.drawText(QRectF(at, layout_.legend.top(), width + 1, layout_.legend.height()), Qt::AlignLeft | Qt::AlignVCenter, entry.text);
    at += width + behind_text;
  }
}

std::vector<LadderPainter::LegendEntry> LadderPainter::legend_entries(bool brief) const {
  std::set<int> levels;
  bool weights = false, stays = false, unconfirmed = false, far = false;
  for (const auto& path : picture_.paths)
    for (const auto& step : path) {
      if (!step.stays()) levels.insert(step.level);
      stays = stays || step.stays();
      unconfirmed = unconfirmed || (check_of(step) && !check_of(step)->confirmed());
      far = far || beyond(step);
      weights = weights || (!step.stays() && step.weight > 0);
    }
  std::vector<LegendEntry> entries;
  for (const int level : levels) {
    const QString number = QString::number(level + 1);
    const QString text = !brief ? tr("level %1 (%2)").arg(number, segment_text(picture_.pattern.levels[std::size_t(level)].segment))
                         : entries.empty() ? tr("level %1").arg(number) : number;
    entries.push_back({QPen(level_color(level, picture_.dark), 8, Qt::SolidLine, Qt::FlatCap), 10, text});
  }
  if (stays) entries.push_back({QPen(colors_.quiet_text, 1.2, Qt::DashLine), 18, brief ? tr("stays") : tr("stays (residual)")});
  if (unconfirmed) entries.push_back({QPen(colors_.text, 2, Qt::DotLine), 18, tr("not confirmed")});
  if (far)
    entries.push_back({QPen(colors_.line, 4, Qt::SolidLine, Qt::FlatCap), 16, brief ? tr("not used") : tr("faint: further back than it uses")});
  if (!weights) return entries;
  for (const double weight : {0.01, 0.1, 1.0})
    entries.push_back({QPen(colors_.text, arc_width(float(weight)), Qt::SolidLine, Qt::FlatCap), 16,
                       weight == 0.01 ? tr("weight %1").arg(weight_text(weight)) : weight_text(weight)});
  return entries;
}

}  // namespace corpuscope::ui
