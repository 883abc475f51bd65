#include "ui/surprise_legend.h"

#include <QPainter>

#include "ui/colors.h"

namespace corpuscope::ui {

namespace {

constexpr int scale_width = 72, gap = 5;

QString before() { return SurpriseLegend::tr("surprise 0"); }
QString behind() { return SurpriseLegend::tr("%1+ bits").arg(int(most_bits)); }

}  // namespace

SurpriseLegend::SurpriseLegend(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("surprise_legend"));
  setAccessibleName(tr("Legend: tokens are tinted by surprise, from 0 to 16 bits and more"));
  setToolTip(tr("How many bits the model needed for a token: 0 where it was sure, 16 where nothing foretold it."));
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
}

QSize SurpriseLegend::sizeHint() const {
  const QFontMetrics metrics(font());
  return {metrics.horizontalAdvance(before()) + metrics.horizontalAdvance(behind()) + scale_width + 4 * gap,
          metrics.height() + 4};
}

void SurpriseLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const bool dark = is_dark(palette());
  const QFontMetrics metrics(font());
  painter.setPen(theme(dark).quiet_text);
  int x = gap;
  painter.drawText(QRect(x, 0, width(), height()), Qt::AlignLeft | Qt::AlignVCenter, before());
  x += metrics.horizontalAdvance(before()) + gap;
  const QRect scale(x, (height() - metrics.ascent()) / 2, scale_width, metrics.ascent());
  painter.fillRect(scale, theme(dark).ground);
  for (int i = 0; i < scale_width; ++i)
    painter.fillRect(QRect(x + i, scale.top(), 1, scale.height()), surprise_tint(most_bits * i / scale_width, dark));
  painter.setPen(theme(dark).line);
  painter.drawRect(scale);
  painter.setPen(theme(dark).quiet_text);
  painter.drawText(QRect(x + scale_width + gap, 0, width(), height()), Qt::AlignLeft | Qt::AlignVCenter, behind());
}

}  // namespace corpuscope::ui
