#include "ui/inspector_shares.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/painting.h"
#include "ui/sources_model.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr double margin = 8, gap = 10;

QString tr(const char* text) { return QCoreApplication::translate("Shares", text); }

// Draws from the top down.
class Column {
 public:
  Column(QPainter& painter, double width, const SharesPicture& picture, bool apply)
      : painter_(painter), picture_(picture), colors_(theme(picture.dark)), width_(width), apply_(apply),
        line_(line_height(painter.font())), metrics_(painter.font()) {}

  double bottom() const { return y_; }

  void title(const QString& text) {
    QFont bold = painter_.font(), plain = bold;
    bold.setBold(true);
    painter_.setFont(bold);
    write(QRectF(margin, y_, width_ - 2 * margin, line_), text, Qt::AlignLeft, colors_.text);
    painter_.setFont(plain);
    y_ += line_ + 3;
  }

  // Stacked by level, the nearest at the left, from the token itself to as far back as it looked.
  void distances() {
    const auto& bins = picture_.shares.by_distance;
    double most = 0;
    for (const auto& bin : bins) most = std::max(most, sum(bin));
    const double top = nice(most), left = margin + metrics_.horizontalAdvance(QStringLiteral("100 %")) + 6;
    const QRectF plot(left, y_ + line_ / 2, std::max(width_ - left - margin, 20.0), 6.5 * line_);
    for (const double part : {0.0, 0.5, 1.0}) {
      const double y = plot.bottom() - part * plot.height();
      fill(QRectF(plot.left(), y, plot.width(), 1), colors_.line);
      write(QRectF(margin, y - line_ / 2, left - margin - 6, line_), share_text_short(top * part), Qt::AlignRight,
            colors_.quiet_text);
    }
    const double each = plot.width() / double(std::max<std::size_t>(bins.size(), 1));
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
      double y = plot.bottom();
      for (std::size_t level = 0; level < bins[bin].size(); ++level) {
        const double height = bins[bin][level] / top * plot.height();
        y -= height;
        fill(QRectF(plot.left() + double(bin) * each + 0.5, y, std::max(each - 1, 1.0), height),
             level_color(int(level), picture_.dark));
      }
    }
    distance_axis(plot, each, int(bins.size()));
    y_ = plot.bottom() + 2.3 * line_ + gap;
  }

  void levels() {
    double most = 0;
    for (const double share : picture_.shares.by_level) most = std::max(most, share);
    for (std::size_t level = 0; level < picture_.shares.by_level.size(); ++level) {
      const double share = picture_.shares.by_level[level];
      const QString name = tr("%1 in %2").arg(level + 1).arg(segment_text(picture_.levels[level].segment));
      row(name, {{share / std::max(most, 1e-30), int(level)}}, share_text(share));
    }
    y_ += gap;
  }

  // Every head's attention is one whole; of stored edges the part that is known.
  void heads() {
    const double whole = 1.0 / double(picture_.shares.by_head.size());
    for (std::size_t head = 0; head < picture_.shares.by_head.size(); ++head) {
      std::vector<std::pair<double, int>> parts;
      for (std::size_t level = 0; level < picture_.shares.by_head[head].size(); ++level)
        parts.emplace_back(picture_.shares.by_head[head][level] / whole, int(level));
      row(tr("head %1").arg(head + 1), parts, QString());
    }
    y_ += gap;
  }

 private:
  static double sum(const std::vector<double>& values) {
    double all = 0;
    for (const double value : values) all += value;
    return all;
  }

  // The next of 1, 2, 5 times a power of ten.
  static double nice(double value) {
    if (!(value > 0)) return 1;
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0, 10.0})
      if (factor * power >= value * 0.9999) return factor * power;
    return 10 * power;
  }
  static QString share_text_short(double share) {
    return QLocale().toString(100 * share, 'g', 3) + QStringLiteral(" %");
  }

  void distance_axis(const QRectF& plot, double each, int bins) {
    double free = -1;
    for (int bin = 0; bin < bins; ++bin) {
      const QString text = bin == 0 ? tr("itself") : rounded(double(explore::bin_first(bin)));
      const double x = plot.left() + bin * each, wide = metrics_.horizontalAdvance(text);
      if (x < free || x + wide > plot.right() + margin) continue;
      fill(QRectF(x, plot.bottom(), 1, 4), colors_.line);
      write(QRectF(x, plot.bottom() + 3, wide + 2, line_), text, Qt::AlignLeft, colors_.quiet_text);
      free = x + wide + 8;
    }
    write(QRectF(plot.left(), plot.bottom() + 3 + line_, plot.width(), line_), tr("tokens back, each bar twice as far"),
          Qt::AlignHCenter, colors_.quiet_text);
  }

  void row(const QString& name, const std::vector<std::pair<double, int>>& parts, const QString& figure) {
    const double names = metrics_.horizontalAdvance(QStringLiteral("15 in 512 Ki")) + 6;
    const double figures = figure.isEmpty() ? 0 : metrics_.horizontalAdvance(QStringLiteral("00.000 %")) + 6;
    const double room = std::max(width_ - 2 * margin - names - figures, 10.0);
    write(QRectF(margin, y_, names, line_), name, Qt::AlignLeft, colors_.text);
    double x = margin + names;
    fill(QRectF(x, y_ + line_ * 0.2, room, line_ * 0.6), faint(colors_.line));
    for (const auto& [part, level] : parts) {
      const double wide = std::clamp(part, 0.0, 1.0) * room;
      fill(QRectF(x, y_ + line_ * 0.2, wide, line_ * 0.6), level_color(level, picture_.dark));
      x += wide;
    }
    write(QRectF(width_ - margin - figures, y_, figures, line_), figure, Qt::AlignRight, colors_.quiet_text);
    y_ += line_ + 1;
  }

  static QColor faint(QColor color) {
    color.setAlphaF(0.4F);
    return color;
  }
  void fill(const QRectF& box, const QColor& color) {
    if (apply_) painter_.fillRect(box, color);
  }
  void write(const QRectF& box, const QString& text, Qt::Alignment side, const QColor& color) {
    if (!apply_ || text.isEmpty()) return;
    painter_.setPen(color);
    painter_.drawText(box, int(side | Qt::AlignVCenter) | Qt::TextSingleLine, text);
  }

  QPainter& painter_;
  const SharesPicture& picture_;
  const Theme& colors_;
  const double width_;
  const bool apply_;
  const double line_;
  const QFontMetricsF metrics_;
  double y_ = 4;
};

}  // namespace

double paint_shares(QPainter& painter, double width, const SharesPicture& picture, bool apply) {
  Column column(painter, width, picture, apply);
  if (picture.empty()) return column.bottom();
  column.title(tr("By distance"));
  column.distances();
  column.title(tr("By level: its number, its segment"));
  column.levels();
  column.title(tr("By head, in the colours of the levels"));
  column.heads();
  return column.bottom();
}

InspectorShares::InspectorShares(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("inspector_shares"));
  setAccessibleName(tr("How the token's attention is spread over distance, levels and heads"));
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void InspectorShares::set_shares(explore::Shares shares, std::vector<pattern::Level> levels) {
  picture_.shares = std::move(shares);
  picture_.levels = std::move(levels);
  QStringList told;
  for (std::size_t level = 0; level < picture_.shares.by_level.size() && level < picture_.levels.size(); ++level)
    told << tr("level %1: %2").arg(level + 1).arg(share_text(picture_.shares.by_level[level]));
  setAccessibleDescription(told.join(QStringLiteral(", ")));
  updateGeometry();
  update();
}

int InspectorShares::heightForWidth(int width) const {
  QImage nothing(1, 1, QImage::Format_RGB32);
  QPainter painter(&nothing);
  painter.setFont(small_font(font()));
  return int(std::ceil(paint_shares(painter, width, picture_, false)));
}

QSize InspectorShares::sizeHint() const { return {260, heightForWidth(260)}; }

void InspectorShares::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  picture_.dark = is_dark(palette());
  painter.setFont(small_font(font()));
  paint_shares(painter, width(), picture_);
}

}  // namespace corpuscope::ui
