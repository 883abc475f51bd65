#include <QCoreApplication>
#include <algorithm>

#include "ui/ladder_painter.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("ladder", text); }

}  // namespace

void LadderPainter::paint_blind() {
  const auto& spot = *picture_.blind;
  if (spot.kind == pattern::BlindSpot::Kind::earlier) return;
  painter_.save();
  painter_.setClipRect(layout_.plot.adjusted(0, 0, 0, layout_.documents.height() + 2 * ladder_gap));
  const QColor color = level_color(spot.level, picture_.dark);
  const double from = x(double(spot.begin)), to = x(double(spot.end));
  const QRectF segment(from, layout_.plot.bottom() - line_ - 2, std::max(to - from, 2.0), line_);
  QColor wash = color;
  wash.setAlphaF(0.25f);
  painter_.fillRect(segment, wash);
  painter_.setPen(QPen(color, 1.5));
  painter_.drawRect(segment);
  painter_.setPen(colors_.text);
  const QRectF visible = segment.intersected(layout_.plot).adjusted(4, 0, -4, 0);
  const QFontMetricsF metrics(small_);
  const QString name = tr("segment of level %1").arg(spot.level + 1);
  if (visible.width() > 30)
    painter_.drawText(visible, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(name, Qt::ElideRight, visible.width()));
  if (spot.blind_end > spot.blind_begin) {
    const double begin = x(double(spot.blind_begin)), end = x(double(spot.blind_end));
    const QRectF blind(begin, layout_.plot.top(), std::max(end - begin, 3.0), layout_.plot.height());
    painter_.fillRect(blind, QBrush(colors_.mark, Qt::BDiagPattern));
  }
  const double border = x(double(spot.border));
  painter_.setPen(QPen(colors_.mark, 2));
  painter_.drawLine(QPointF(border, layout_.plot.top()), QPointF(border, layout_.documents.bottom()));
  if (picture_.paths.empty()) paint_blind_names(spot, border);  // else the texts of the path stand there
  painter_.restore();
}

void LadderPainter::paint_blind_names(const pattern::BlindSpot& spot, double border) {
  const QFontMetricsF metrics(small_);
  const auto write = [&](const QString& text, double at, double y) {
    const double width = metrics.horizontalAdvance(text);
    const double left = at + ladder_gap + width < layout_.plot.right() ? at + ladder_gap : at - ladder_gap - width;
    const QRectF box(left, y, width, line_);
    painter_.fillRect(box.adjusted(-2, 0, 2, 0), veil());
    painter_.setPen(colors_.text);
    painter_.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, text);
  };
  write(tr("border before %1").arg(grouped(spot.border)), border, layout_.plot.top() + 2);
  if (spot.blind_end > spot.blind_begin)
    write(tr("blind: %1 tokens, %2 to %3")
              .arg(grouped(spot.blind_end - spot.blind_begin), grouped(spot.blind_begin), grouped(spot.blind_end - 1)),
          x(double(spot.kind == pattern::BlindSpot::Kind::head ? spot.blind_end : spot.blind_begin)),
          layout_.plot.top() + 2 + line_);
}

}  // namespace corpuscope::ui
