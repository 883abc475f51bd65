#include "ui/tint_legend.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/colors.h"
#include "ui/sources_model.h"

namespace corpuscope::ui {

namespace {

constexpr int scale_width = 72, gap = 5;

}  // namespace

TintLegend::TintLegend(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("tint_legend"));
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
  set_tint(Tint::surprise, 0);
}

void TintLegend::set_tint(Tint tint, double largest_share) {
  tint_ = tint;
  largest_ = std::max(largest_share, 2 * least_tinted_share);
  switch (tint) {
    case Tint::none: break;
    case Tint::surprise:
      setAccessibleName(tr("Legend: tokens are tinted by surprise, from 0 to 16 bits and more"));
      setToolTip(tr("How many bits the model needed for a token: 0 where it was sure, 16 where nothing foretold it."));
      break;
    case Tint::from_cursor:
      setAccessibleName(tr("Legend: tokens are tinted by the attention that the cursor's token gives them"));
      setToolTip(tr("How much of its attention, meaned over layers and heads, the cursor's token gives to each; on a "
                    "logarithmic scale."));
      break;
    case Tint::to_cursor:
      setAccessibleName(tr("Legend: tokens are tinted by the attention that they give to the cursor's token"));
      setToolTip(tr("How much of its attention, meaned over layers and heads, each token gives to the cursor's; on a "
                    "logarithmic scale."));
      break;
  }
  updateGeometry();
  update();
}

QString TintLegend::before() const {
  switch (tint_) {
    case Tint::from_cursor: return tr("looked at by the cursor %1").arg(share_text(least_tinted_share));
    case Tint::to_cursor: return tr("looking at the cursor %1").arg(share_text(least_tinted_share));
    default: return tr("surprise 0");
  }
}

QString TintLegend::behind() const {
  return tint_ == Tint::surprise ? tr("%1+ bits").arg(int(most_bits)) : share_text(largest_);
}

QSize TintLegend::sizeHint() const {
  const QFontMetrics metrics(font());
  return {metrics.horizontalAdvance(before()) + metrics.horizontalAdvance(behind()) + scale_width + 4 * gap,
          metrics.height() + 4};
}

void TintLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const bool dark = is_dark(palette());
  const QFontMetrics metrics(font());
  painter.setPen(theme(dark).quiet_text);
  int x = gap;
  painter.drawText(QRect(x, 0, width(), height()), Qt::AlignLeft | Qt::AlignVCenter, before());
  x += metrics.horizontalAdvance(before()) + gap;
  const QRect scale(x, (height() - metrics.ascent()) / 2, scale_width, metrics.ascent());
  painter.fillRect(scale, theme(dark).ground);
  for (int i = 0; i < scale_width; ++i) {
    const double part = double(i) / scale_width;
    const QColor tint = tint_ == Tint::surprise
                            ? surprise_tint(most_bits * part, dark)
                            : share_tint(least_tinted_share * std::pow(largest_ / least_tinted_share, part), largest_, dark);
    painter.fillRect(QRect(x + i, scale.top(), 1, scale.height()), tint);
  }
  painter.setPen(theme(dark).line);
  painter.drawRect(scale);
  painter.setPen(theme(dark).quiet_text);
  painter.drawText(QRect(x + scale_width + gap, 0, width(), height()), Qt::AlignLeft | Qt::AlignVCenter, behind());
}

}  // namespace corpuscope::ui
