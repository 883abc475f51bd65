#include "ui/painting_arcs.h"

#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace corpuscope::ui {

namespace {

constexpr double faintest = 0.25, widest = 2.2;

void paint_arc(QPainter& painter, const QRectF& band, const Scale& scale, const Arc& arc, const Theme& colors) {
  const double from = scale.pixel(double(arc.earlier) + 0.5), to = scale.pixel(double(arc.later) + 0.5);
  if (std::max(from, to) < 0 || std::min(from, to) > band.width()) return;
  const double wide = std::abs(to - from);
  const double high = std::min(band.height() - 2, std::max(5.0, band.height() * std::sqrt(wide / band.width())));
  QColor color = arc.chosen ? colors.cursor : colors.mark;
  color.setAlphaF(float(arc.chosen ? 1 : faintest + (1 - faintest) * 0.6 * std::clamp(arc.share, 0.0, 1.0)));
  QPen pen(color, arc.chosen ? widest : 1 + 0.6 * std::clamp(arc.share, 0.0, 1.0));
  if (!arc.sure) pen.setStyle(Qt::DashLine);
  painter.setPen(pen);
  QPainterPath path(QPointF(band.left() + from, band.bottom()));
  // A cubic curve comes three quarters of the way to its two handles.
  const double handle = band.bottom() - high * 4 / 3;
  path.cubicTo(band.left() + from, handle, band.left() + to, handle, band.left() + to, band.bottom());
  painter.drawPath(path);
}

}  // namespace

void paint_arcs(QPainter& painter, const QRectF& band, const Scale& scale, const Arcs& arcs, const Theme& colors) {
  painter.save();
  painter.setClipRect(band);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  for (const bool chosen : {false, true})  // those that are chosen on top
    for (const Arc& arc : arcs)
      if (arc.chosen == chosen) paint_arc(painter, band, scale, arc, colors);
  painter.restore();
}

}  // namespace corpuscope::ui
