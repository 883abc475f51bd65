#include "ui/painting_path.h"

#include <QCoreApplication>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/ladder_painter.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("ladder", text); }

int rung_count(const LadderPicture& picture) {
  std::size_t steps = 1;
  for (const auto& path : picture.paths) steps = std::max(steps, path.size());
  return int(steps) + 1;
}

}  // namespace

QPointF ladder_node(const LadderLayout& layout, std::int64_t token, std::size_t rung) {
  return {layout.plot.left() + layout.axis.pixel(double(token) + 0.5), layout.rungs[std::min(rung, layout.rungs.size() - 1)]};
}

QPainterPath ladder_arc(const LadderLayout& layout, const workspace::PathStep& step, std::size_t rung) {
  const QPointF from = ladder_node(layout, step.from, rung), to = ladder_node(layout, step.to, rung + 1);
  const double middle = (from.y() + to.y()) / 2;
  QPainterPath path(from);
  path.cubicTo({from.x(), middle}, {to.x(), middle}, to);
  return path;
}

void LadderPainter::paint(const QSizeF& size) {
  painter_.fillRect(QRectF({0, 0}, size), colors_.ground);
  paint_heading();
  if (picture_.length <= 0 || picture_.first < 0) return paint_message(layout_.plot);
  painter_.setFont(small_);
  paint_axis();
  if (!picture_.spread.empty()) paint_spread();
  if (picture_.blind) paint_blind();
  if (!picture_.paths.empty()) {
    paint_rungs();
    paint_places();
    for (int i = int(picture_.paths.size()) - 1; i >= 0; --i)
      if (i != picture_.path) paint_path(i, false);
    paint_path(picture_.path, true);
    paint_texts();
    paint_legend();
  } else {
    paint_places();
    const bool roomy = layout_.plot.height() > 17 * line_;
    paint_message(layout_.plot.adjusted(0, (roomy ? 5 : 2) * line_, 0, -(roomy ? 4 : 1) * line_));
    painter_.setFont(small_);
    if (!roomy) return paint_cursors();
    paint_lone_place(picture_.target, layout_.plot.top() + 4 * line_);
    paint_lone_place(picture_.first, layout_.plot.bottom() - 3 * line_);
  }
  paint_cursors();
}

void LadderPainter::paint_heading() {
  QFont bold = font_;
  bold.setBold(true);
  painter_.setFont(bold);
  painter_.setPen(colors_.text);
  const QRectF all = layout_.heading;
  const double height = QFontMetricsF(bold).height();
  painter_.drawText(QRectF(all.left(), all.top(), all.width(), height), Qt::AlignLeft | Qt::AlignVCenter,
                    QFontMetricsF(bold).elidedText(picture_.title, Qt::ElideRight, all.width()));
  painter_.setFont(small_);
  painter_.setPen(colors_.quiet_text);
  painter_.drawText(QRectF(all.left(), all.top() + height, all.width(), line_), Qt::AlignLeft | Qt::AlignVCenter,
                    QFontMetricsF(small_).elidedText(picture_.subtitle, Qt::ElideRight, all.width()));
}

void LadderPainter::paint_message(const QRectF& room) {
  const QRectF box = room.adjusted(2 * ladder_gap, ladder_gap, -2 * ladder_gap, -ladder_gap);
  painter_.setFont(font_);
  QRectF needed = painter_.boundingRect(box, Qt::AlignCenter | Qt::TextWordWrap, picture_.message);
  if (needed.height() > box.height()) painter_.setFont(small_);
  needed = painter_.boundingRect(box, Qt::AlignCenter | Qt::TextWordWrap, picture_.message);
  painter_.setPen(colors_.text);
  painter_.fillRect(needed.adjusted(-ladder_gap, -ladder_gap, ladder_gap, ladder_gap), colors_.ground);
  painter_.drawText(box, Qt::AlignCenter | Qt::TextWordWrap, picture_.message);
}

// The passage and the token that were asked for, from the axis up.
void LadderPainter::paint_places() {
  QColor wash = colors_.mark;
  wash.setAlphaF(0.16f);
  const double from = x(double(picture_.first)), to = x(double(picture_.first + picture_.count));
  const double top = layout_.rungs.empty() ? layout_.plot.top() : layout_.rungs.front();
  painter_.fillRect(QRectF(from, top, std::max(to - from, 2.0), layout_.documents.bottom() - top), wash);
  QColor faint = colors_.mark;
  faint.setAlphaF(0.6f);
  painter_.setPen(QPen(faint, 1, Qt::DotLine));
  const double last = x(double(picture_.target) + 0.5);
  painter_.drawLine(QPointF(last, layout_.plot.top()), QPointF(last, layout_.documents.bottom()));
  const double begin = x(double(picture_.first) + 0.5);
  painter_.drawLine(QPointF(begin, top), QPointF(begin, layout_.documents.bottom()));
}

QColor LadderPainter::veil() const {
  QColor color = colors_.ground;
  color.setAlphaF(0.82f);
  return color;
}

void LadderPainter::paint_cursors() {
  const std::pair<std::int64_t, QColor> all[] = {{picture_.hover, colors_.hover}, {picture_.cursor, colors_.cursor}};
  for (const auto& [token, color] : all) {
    if (token < 0) continue;
    painter_.setPen(QPen(color, 1.5));
    const double at = x(double(token) + 0.5);
    painter_.drawLine(QPointF(at, layout_.documents.top()), QPointF(at, layout_.ruler.top() + 3));
  }
}

QString step_words(const workspace::PathStep& step) {
  if (step.stays()) return tr("stays");
  const QString words = tr("level %1 · head %2").arg(step.level + 1).arg(step.head + 1);
  return step.weight > 0 ? words + QStringLiteral(" · ") + weight_text(step.weight) : words;
}

LadderLayout ladder_layout(const QSizeF& size, const QFont& font, const LadderPicture& picture) {
  const QFont small = small_font(font);
  const double line = line_height(small);
  LadderLayout out;
  const double heading = QFontMetricsF(font).height() + line + ladder_gap;
  out.heading = QRectF(ladder_gap, ladder_gap / 2, size.width() - 2 * ladder_gap, heading);
  const double left = QFontMetricsF(small).horizontalAdvance(tr("layer %1").arg(88)) + 2 * ladder_gap;
  const double legend = line + ladder_gap, ruler = line + 2, documents = line + 4;
  const double spread = picture.spread.empty() ? 0 : 2 * line;
  const double bottom = size.height() - legend - ruler - documents - spread;
  out.plot = QRectF(left, heading + ladder_gap / 2, std::max(size.width() - left - ladder_gap, 10.0),
                    std::max(bottom - heading - ladder_gap, 10.0));
  out.spread = QRectF(left, out.plot.bottom() + ladder_gap / 2, out.plot.width(), spread);
  out.documents = QRectF(left, out.spread.bottom(), out.plot.width(), documents);
  out.ruler = QRectF(left, out.documents.bottom(), out.plot.width(), ruler);
  out.legend = QRectF(ladder_gap, out.ruler.bottom(), size.width() - 2 * ladder_gap, legend);
  out.axis = Fisheye(picture.length, picture.first, picture.target, out.plot.width());
  if (picture.paths.empty()) return out;
  const int rungs = rung_count(picture);
  const double low = out.plot.bottom() - line - 4, high = out.plot.top() + line + 2;
  for (int i = 0; i < rungs; ++i) out.rungs.push_back(low + (high - low) * i / std::max(rungs - 1, 1));
  return out;
}

void paint_ladder(QPainter& painter, const QSizeF& size, const LadderPicture& picture) {
  const QFont font = painter.font();
  const LadderLayout layout = ladder_layout(size, font, picture);
  LadderPainter(painter, picture, layout, font).paint(size);
}

std::pair<int, int> step_at(const LadderLayout& layout, const LadderPicture& picture, const QPointF& point) {
  constexpr double near = 8;
  std::pair<int, int> best{-1, -1};
  double nearest = near;
  for (int i = 0; i < int(picture.paths.size()); ++i)
    for (std::size_t s = 0; s < picture.paths[std::size_t(i)].size(); ++s) {
      const QPainterPath line = ladder_arc(layout, picture.paths[std::size_t(i)][s], s);
      for (double t = 0; t <= 1; t += 1.0 / 32) {
        const QPointF away = line.pointAtPercent(t) - point;
        const double distance = std::hypot(away.x(), away.y()) - (i == picture.path ? 2 : 0);
        if (distance < nearest) {
          nearest = distance;
          best = {i, int(s)};
        }
      }
    }
  return best;
}

}  // namespace corpuscope::ui
