#include "ui/painting_reach.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "explore/context_reach.h"

namespace corpuscope::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("reach", text); }

// Bits go by their fourth root, so that a hundredth is seen beside a whole one; below zero as well.
double bent(double bits) { return std::copysign(std::pow(std::abs(bits), 0.25), bits); }

class ReachPainter {
 public:
  ReachPainter(QPainter& painter, const QSizeF& size, const workspace::ContextReach& reach, bool dark)
      : painter_(painter), reach_(reach), colors_(theme(dark)), small_(small_font(painter.font())), line_(line_height(small_)) {
    const double left = QFontMetricsF(small_).horizontalAdvance(QStringLiteral("−0.003")) + line_ + 10;
    plot_ = QRectF(left, line_, std::max(size.width() - left - line_, 20.0), std::max(size.height() - 3.6 * line_, 20.0));
    painter_.setFont(small_);
    painter_.fillRect(QRectF({0, 0}, size), colors_.ground);
    for (const auto& octave : reach.octaves) {
      most_ = std::max(most_, octave.saved + octave.error);
      least_ = std::min(least_, octave.saved - octave.error);
    }
  }

  void paint() {
    if (reach_.octaves.empty()) return;
    paint_beyond();
    paint_axes();
    painter_.setRenderHint(QPainter::Antialiasing);
    paint_values();
  }

 private:
  double octaves() const { return double(reach_.octaves.size()); }
  // The octaves are equally wide; within one by the logarithm.
  double x(double tokens) const {
    const double first = double(reach_.octaves.front().end);
    const double at = tokens <= first ? tokens / first : 1 + std::log2(tokens / first);
    return plot_.left() + plot_.width() * std::min(at / octaves(), 1.0);
  }
  double y(double bits) const {
    const double low = bent(least_), high = bent(most_);
    return plot_.bottom() - plot_.height() * (bent(bits) - low) / (high - low);
  }

  // What the model does not use is grey, here as in the other views.
  void paint_beyond() {
    const auto used = explore::used_context(reach_);
    if (used.at_least) return;
    QColor grey = colors_.line;
    grey.setAlphaF(0.45f);
    painter_.fillRect(QRectF(QPointF(x(used.most), plot_.top()), plot_.bottomRight()), grey);
    painter_.setPen(QPen(colors_.cursor, 1.5));
    painter_.drawLine(QPointF(x(used.tokens), plot_.top()), QPointF(x(used.tokens), plot_.bottom()));
  }

  void paint_axes() {
    painter_.setPen(colors_.line);
    painter_.drawLine(plot_.bottomLeft(), plot_.topLeft());
    painter_.drawLine(QPointF(plot_.left(), y(0)), QPointF(plot_.right(), y(0)));
    for (const double bits : {-0.1, -0.01, -0.001, 0.0, 0.001, 0.01, 0.1, 1.0, 10.0}) {
      if (bits < least_ || bits > most_) continue;
      painter_.setPen(bits == explore::least_saving ? QPen(colors_.mark, 1, Qt::DashLine) : QPen(colors_.line, 1));
      painter_.drawLine(QPointF(plot_.left() - 4, y(bits)), QPointF(bits == explore::least_saving ? plot_.right() : plot_.left(), y(bits)));
      painter_.setPen(colors_.quiet_text);
      painter_.drawText(QRectF(line_ + 2, y(bits) - line_ / 2, plot_.left() - line_ - 8, line_), Qt::AlignRight | Qt::AlignVCenter,
                        QString::number(bits));
    }
    double last = -1e9;
    for (const auto& octave : reach_.octaves) {
      const double at = x(double(octave.end));
      const QString text = with_unit(double(octave.end));
      painter_.setPen(colors_.line);
      painter_.drawLine(QPointF(at, plot_.bottom()), QPointF(at, plot_.bottom() + 4));
      const double width = QFontMetricsF(small_).horizontalAdvance(text);
      if (at - width / 2 < last + 6) continue;
      last = at + width / 2;
      painter_.setPen(colors_.quiet_text);
      painter_.drawText(QRectF(at - width / 2 - 2, plot_.bottom() + 4, width + 4, line_), Qt::AlignCenter, text);
    }
    painter_.setPen(colors_.text);
    painter_.drawText(QRectF(plot_.left(), plot_.bottom() + 4 + line_, plot_.width(), line_), Qt::AlignCenter, tr("tokens back"));
    painter_.save();
    painter_.translate(line_ / 2 + 1, plot_.center().y());
    painter_.rotate(-90);
    painter_.drawText(QRectF(-plot_.height() / 2, -line_ / 2, plot_.height(), line_), Qt::AlignCenter, tr("bits a token that all beyond saves"));
    painter_.restore();
  }

  void paint_values() {
    for (const auto& octave : reach_.octaves) {
      const double middle = (x(double(octave.first)) + x(double(octave.end))) / 2;
      painter_.setPen(QPen(colors_.text, 1.5));
      painter_.drawLine(QPointF(middle, y(octave.saved - octave.error)), QPointF(middle, y(octave.saved + octave.error)));
      painter_.setPen(QPen(colors_.ground, 1));
      painter_.setBrush(colors_.received);
      painter_.drawEllipse(QPointF(middle, y(octave.saved)), 4, 4);
    }
  }

  QPainter& painter_;
  const workspace::ContextReach& reach_;
  const Theme& colors_;
  const QFont small_;
  const double line_;
  QRectF plot_;
  double least_ = -0.001, most_ = 0.02;
};

}  // namespace

void paint_reach(QPainter& painter, const QSizeF& size, const workspace::ContextReach& reach, bool dark) {
  ReachPainter(painter, size, reach, dark).paint();
}

}  // namespace corpuscope::ui
