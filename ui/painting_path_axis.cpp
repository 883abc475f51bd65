#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "ui/ladder_painter.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("ladder", text); }

// The next of 1, 2, 5, 10, 20, ...
double round_unit(double least) {
  const double power = std::pow(10, std::floor(std::log10(std::max(least, 1.0))));
  for (const double more : {1.0, 2.0, 5.0})
    if (power * more >= least) return power * more;
  return 10 * power;
}

// Shortened only where nothing is lost.
QString with_unit_if_round(std::int64_t tick) {
  if (tick >= 10'000 && tick % 1000 == 0) return with_unit(double(tick));
  return grouped(tick);
}

}  // namespace

void LadderPainter::paint_axis() {
  const QFontMetricsF metrics(small_);
  painter_.save();
  painter_.setClipRect(layout_.documents);
  const Documents& documents = *picture_.documents;
  double at = 0;
  while (at < layout_.plot.width()) {
    const auto index = std::max<std::int64_t>(document_index(documents, std::int64_t(layout_.axis.position(at + 0.01))), 0);
    if (index >= std::int64_t(documents.size())) break;
    const DocumentSpan& document = documents[std::size_t(index)];
    const double from = x(double(document.first)), to = x(double(document.first + document.count));
    const QRectF block(from, layout_.documents.top(), std::max(to - from, 0.5), layout_.documents.height());
    painter_.fillRect(block, colors_.document[index % 2]);
    const QRectF room = block.intersected(layout_.documents).adjusted(4, 0, -4, 0);
    if (room.width() > 36) {
      painter_.setPen(colors_.text);
      painter_.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                        metrics.elidedText(document.name.section(u'/', -1), Qt::ElideRight, room.width()));
    }
    at = std::max(at + 1, std::ceil(to - layout_.plot.left() - 0.001));
  }
  painter_.restore();
  paint_ruler(metrics);
}

// Round numbers where there is room: how round depends on how many positions a pixel takes there.
void LadderPainter::paint_ruler(const QFontMetricsF& metrics) {
  constexpr double stride = 3, digits_apart = 24;  // pixels
  double free = layout_.plot.left();
  for (double pixel = 0; pixel < layout_.plot.width(); pixel += stride) {
    const double position = layout_.axis.position(pixel), unit = round_unit(layout_.axis.step(pixel) * digits_apart);
    const auto tick = std::int64_t(std::round(position / unit) * unit);
    const double at = x(double(tick)), away = at - layout_.plot.left() - pixel;
    if (tick < 0 || tick >= picture_.length || std::abs(away) > stride || at - 2 < free) continue;
    const QString text = with_unit_if_round(tick);
    const double width = metrics.horizontalAdvance(text);
    if (at + width > layout_.plot.right()) continue;
    painter_.setPen(colors_.line);
    painter_.drawLine(QPointF(at, layout_.documents.bottom()), QPointF(at, layout_.ruler.top() + 3));
    painter_.setPen(colors_.quiet_text);
    painter_.drawText(QPointF(at + 2, layout_.ruler.top() + metrics.ascent()), text);
    free = at + width + 14;
  }
}

// Rollout: how much of the passage arrives, from the least share of interest to all of it, on a log scale.
void LadderPainter::paint_spread() {
  constexpr double least = -9;  // power of ten
  const QRectF& band = layout_.spread;
  painter_.fillRect(band, colors_.panel);
  const double width = band.width() / double(picture_.spread.size());
  for (std::size_t i = 0; i < picture_.spread.size(); ++i) {
    const double share = picture_.spread[i];
    if (!(share > 0)) continue;
    const double height = band.height() * std::clamp(1 - std::log10(share) / least, 0.0, 1.0);
    painter_.fillRect(QRectF(band.left() + double(i) * width, band.bottom() - height, width, height), colors_.received);
  }
  painter_.setPen(colors_.quiet_text);
  const QRectF label(0, band.top(), band.left() - ladder_gap, band.height());
  painter_.drawText(label, Qt::AlignRight | Qt::AlignVCenter, tr("rollout\n10⁻⁹–1"));
}

}  // namespace corpuscope::ui
