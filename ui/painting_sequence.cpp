#include "ui/painting_sequence.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>

namespace corpuscope::ui {
namespace {

constexpr double mark_height = 7, segment_height = 6, gap = 3;
constexpr int segment_rows = 6;

// Beside the segments stand two lines of text.
double segments_height(double line) { return std::max(segment_rows * segment_height, 2 * line); }

// Heights of the bands, in lines of text.
constexpr double document_lines = 1.35, surprise_lines = 2.4, received_lines = 2, label_columns = 8.2;

QString tr(const char* text) { return QCoreApplication::translate("Sequence", text); }

// One value between 0 and 1 for each minimum, mean and maximum.
struct Shape {
  double low, middle, high;
};

void paint_track(QPainter& painter, const QRectF& band, const Scale& scale, const Track& track, const QColor& color,
                 const auto& shape) {
  if (track.bins.empty() || track.count <= 0) return;
  QColor faint = color, soft = color;
  faint.setAlphaF(0.2F);
  soft.setAlphaF(0.5F);
  const double width = double(track.count) / double(track.bins.size());
  const auto first = std::int64_t(std::floor((scale.first - double(track.first)) / width));
  const auto last = std::int64_t(std::ceil((scale.position(band.width()) - double(track.first)) / width));
  const auto size = std::int64_t(track.bins.size());
  for (std::int64_t i = std::clamp<std::int64_t>(first, 0, size); i < std::clamp<std::int64_t>(last, 0, size); ++i) {
    const Shape s = shape(track.bins[std::size_t(i)]);
    const double x0 = std::max(band.left() + scale.pixel(double(track.first) + double(i) * width), band.left());
    const double x1 = std::min(band.left() + scale.pixel(double(track.first) + double(i + 1) * width), band.right());
    // Single tokens stand apart.
    const double apart = x1 - x0 > 4 ? 1 : 0;
    const auto bar = [&](double low, double high) {
      return QRectF(x0, band.bottom() - high * band.height(), x1 - x0 - apart, std::max((high - low) * band.height(), 0.0));
    };
    // From the least to the most, and the mean as a line with its area below.
    painter.fillRect(bar(s.low, s.high), faint);
    painter.fillRect(bar(0, s.middle), soft);
    painter.fillRect(QRectF(x0, band.bottom() - s.middle * band.height() - 1, x1 - x0 - apart, 1.5), color);
  }
}

double log_share(double value, double low, double high) {
  if (!(value > low)) return 0;
  return std::min(std::log(value / low) / std::log(high / low), 1.0);
}

void paint_ruler(QPainter& painter, const QRectF& band, const SequencePicture& picture, const Theme& colors) {
  const double shown = band.width() * picture.scale.step;
  const auto marks = ticks(picture.scale.first, std::min(shown, double(picture.length) - picture.scale.first),
                           7 * band.height() * picture.scale.step);
  const std::int64_t step = marks.size() > 1 ? marks[1] - marks[0] : 1;
  for (const std::int64_t tick : marks) {
    const double x = band.left() + picture.scale.pixel(double(tick));
    painter.setPen(colors.line);
    painter.drawLine(QPointF(x, band.bottom() - 4), QPointF(x, band.bottom()));
    painter.setPen(colors.quiet_text);
    const QRectF room(x + 3, band.top(), 160, band.height());
    painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, tick_text(tick, step));
  }
}

void paint_segments(QPainter& painter, const QRectF& band, const SequencePicture& picture, const Theme& colors) {
  const auto levels = distinct_levels_at(*picture.pattern, picture.scale.step, band.width());
  double y = band.top();
  const double end = std::min(double(picture.length), picture.scale.position(band.width()));
  for (const int level : levels) {
    const double segment = double(picture.pattern->levels[std::size_t(level)].segment);
    const QColor color = level_color(level, colors.dark);
    QColor soft = color;
    soft.setAlphaF(0.55F);
    for (double s = std::floor(picture.scale.first / segment); s * segment < end; ++s) {
      const double x0 = std::max(picture.scale.pixel(s * segment), 0.0);
      const double x1 = std::min({picture.scale.pixel((s + 1) * segment), picture.scale.pixel(end), band.width()});
      painter.fillRect(QRectF(band.left() + x0, y, std::max(x1 - x0, 0.5), segment_height - 2), soft);
      if (s * segment >= picture.scale.first)
        painter.fillRect(QRectF(band.left() + x0, y, 1.5, segment_height - 1), color);
    }
    y += segment_height;
  }
}

void paint_segment_labels(QPainter& painter, const QRectF& column, const QRectF& band,
                          const SequencePicture& picture, const Theme& colors) {
  const auto levels = distinct_levels_at(*picture.pattern, picture.scale.step, band.width());
  if (levels.empty()) return;
  const auto width = [&](int level) { return segment_text(picture.pattern->levels[std::size_t(level)].segment); };
  painter.setPen(colors.text);
  const double line = line_height(painter.font());
  painter.drawText(QRectF(column.left(), band.top() - 2, column.width(), line), Qt::AlignLeft | Qt::TextSingleLine,
                   tr("Segments"));
  painter.setPen(colors.quiet_text);
  painter.drawText(QRectF(column.left(), band.top() - 2 + line, column.width(), line),
                   Qt::AlignLeft | Qt::TextSingleLine,
                   levels.size() > 1 ? width(levels.front()) + QStringLiteral(" – ") + width(levels.back()) : width(levels.front()));
}

void paint_label(QPainter& painter, const QRectF& column, const QRectF& band, const QString& name,
                 const QString& range, const Theme& colors) {
  const double line = line_height(painter.font());
  const double top = band.center().y() - (range.isEmpty() ? line / 2 : line);
  painter.setPen(colors.text);
  painter.drawText(QRectF(column.left(), top, column.width(), line), Qt::AlignLeft | Qt::TextSingleLine, name);
  painter.setPen(colors.quiet_text);
  painter.drawText(QRectF(column.left(), top + line, column.width(), line), Qt::AlignLeft | Qt::TextSingleLine, range);
}

void paint_marks(QPainter& painter, const QRectF& band, const SequencePicture& picture, const Theme& colors) {
  double last = -10;
  for (const std::int64_t mark : picture.marks) {
    const double x = picture.scale.pixel(double(mark));
    if (x < 0 || x > band.width() || x - last < 0.5) continue;
    painter.fillRect(QRectF(band.left() + x, band.top(), std::max(1.5, 1 / picture.scale.step), band.height()),
                     colors.mark);
    last = x;
  }
}

// Where the cursor's token looked, in the colours of the levels; the strongest on top.
void paint_sources(QPainter& painter, const QRectF& band, const SequencePicture& picture, const Theme& colors) {
  for (auto edge = picture.sources.rbegin(); edge != picture.sources.rend(); ++edge) {
    const double x = picture.scale.pixel(double(edge->key)), width = std::max(2.0, 1 / picture.scale.step);
    if (x + width < 0 || x > band.width()) continue;
    const QRectF mark(band.left() + x, band.top() + 1, width, band.height() - 1);
    painter.fillRect(mark.intersected(band), level_color(edge->level, colors.dark));
  }
}

void paint_cursor(QPainter& painter, const QRectF& plot, const Scale& scale, std::int64_t first, std::int64_t count,
                  QColor color, bool strong) {
  if (first < 0) return;
  const double x0 = scale.pixel(double(first)), x1 = scale.pixel(double(first + std::max<std::int64_t>(count, 1)));
  if (x1 < 0 || x0 > plot.width()) return;
  const double width = std::max(x1 - x0, strong ? 2.0 : 1.0);
  painter.save();
  painter.setClipRect(plot);
  const QRectF bar(plot.left() + x0, plot.top(), width, plot.height());
  if (width > 3) {
    QColor fill = color;
    fill.setAlphaF(strong ? 0.22F : 0.12F);
    painter.fillRect(bar, fill);
    painter.setPen(QPen(color, 1));
    painter.drawLine(bar.topLeft(), bar.bottomLeft());
    painter.drawLine(bar.topRight(), bar.bottomRight());
  } else {
    painter.fillRect(bar, color);
  }
  painter.restore();
}

// What has not been read yet is dimmed, and the reading head stands at its start.
void paint_reading_head(QPainter& painter, const SequenceLayout& at, const SequencePicture& picture,
                        const Theme& colors) {
  if (picture.done < 0 || picture.done >= picture.length) return;
  const double x = std::max(picture.scale.pixel(double(picture.done)), 0.0);
  const double end = std::min(picture.scale.pixel(double(picture.length)), at.plot.width());
  if (x > at.plot.width()) return;
  QColor dim = colors.ground;
  dim.setAlphaF(0.6F);
  painter.fillRect(QRectF(at.plot.left() + x, at.documents.top(), end - x, at.documents.height()), dim);
  painter.fillRect(QRectF(at.plot.left() + x, at.documents.top(), 2, at.received.bottom() - at.documents.top()),
                   surprise_color(colors.dark));
}

}  // namespace

double sequence_height(const QFont& font) {
  const double line = line_height(small_font(font));
  return line * (1 + document_lines + surprise_lines + received_lines) + mark_height + segments_height(line) +
         7 * gap;
}

SequenceLayout sequence_layout(const QSizeF& size, const QFont& font) {
  SequenceLayout at;
  const double line = line_height(small_font(font));
  const double left = std::round(std::min(label_columns * line, size.width() / 3));
  at.labels = QRectF(6, 0, std::max(left - 8, 0.0), size.height());
  at.plot = QRectF(left, gap, std::max(size.width() - left - 6, 1.0), std::max(size.height() - 2 * gap, 1.0));
  double y = at.plot.top();
  const auto band = [&](double height, double behind) {
    const QRectF r(at.plot.left(), y, at.plot.width(), std::round(height));
    y += std::round(height) + behind;
    return r;
  };
  at.ruler = band(line, 0);
  at.documents = band(document_lines * line, 1);
  at.marks = band(mark_height, gap);
  at.surprise = band(surprise_lines * line, gap);
  at.received = band(received_lines * line, gap + 2);
  at.segments = band(segments_height(line), 0);
  return at;
}

std::vector<int> distinct_levels_at(const pattern::Pattern& pattern, double step, double pixels) {
  std::vector<int> out;
  for (int level = 0; level < int(pattern.levels.size()); ++level) {
    const double wide = double(pattern.levels[std::size_t(level)].segment) / step;
    // One level wider than the view closes the list; more would all be one plain bar.
    const bool one_bar = !out.empty() && double(pattern.levels[std::size_t(out.back())].segment) / step > 2 * pixels;
    if (wide >= 5 && !one_bar && int(out.size()) < segment_rows) out.push_back(level);
  }
  return out;
}

void paint_sequence(QPainter& painter, const QSizeF& size, const SequencePicture& picture) {
  const Theme& colors = theme(picture.dark);
  painter.fillRect(QRectF(QPointF(0, 0), size), colors.ground);
  const QFont font = painter.font();
  const SequenceLayout at = sequence_layout(size, font);
  painter.setFont(small_font(font));
  painter.setPen(colors.text);
  if (picture.length <= 0) {
    painter.drawText(QRectF(QPointF(0, 0), size), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("The whole sequence appears here: open a folder of text or code."));
    return;
  }
  paint_ruler(painter, at.ruler, picture, colors);
  if (picture.documents) paint_documents(painter, at.documents, picture.scale, *picture.documents, colors);
  paint_track(painter, at.surprise, picture.scale, picture.surprise, surprise_color(colors.dark),
              [](const workspace::Bin& b) {
                return Shape{std::min(b.minimum / most_bits, 1.0), std::min(b.mean / most_bits, 1.0),
                             std::min(b.maximum / most_bits, 1.0)};
              });
  constexpr double least = 0.01, most = 1000;
  paint_track(painter, at.received, picture.scale, picture.received, colors.received, [](const workspace::Bin& b) {
    return Shape{log_share(b.minimum, least, most), log_share(b.mean, least, most), log_share(b.maximum, least, most)};
  });
  painter.setPen(colors.line);
  for (const QRectF& band : {at.surprise, at.received}) painter.drawLine(band.bottomLeft(), band.bottomRight());
  if (picture.done <= 0) {
    painter.setPen(colors.quiet_text);
    painter.drawText(at.surprise.united(at.received), Qt::AlignCenter, tr("not read by a model yet"));
  }
  if (picture.pattern) paint_segments(painter, at.segments, picture, colors);
  paint_sources(painter, at.marks, picture, colors);
  paint_marks(painter, at.marks, picture, colors);
  paint_reading_head(painter, at, picture, colors);
  paint_cursor(painter, at.plot, picture.scale, picture.hover, 1, colors.hover, false);
  paint_cursor(painter, at.plot, picture.scale, picture.cursor, picture.cursor_count, colors.cursor, true);

  const auto count = picture.documents ? picture.documents->size() : 0;
  paint_label(painter, at.labels, at.documents.united(at.ruler),
              tr("%1 tokens").arg(with_unit(double(picture.length))),
              count == 1 ? tr("1 document") : tr("%1 documents").arg(with_unit(double(count))), colors);
  paint_label(painter, at.labels, at.surprise, tr("Surprise"), tr("0 – 16 bits"), colors);
  paint_label(painter, at.labels, at.received, tr("Attention in"),
              tr("layer %1, log").arg(picture.layer + 1), colors);
  if (picture.pattern) paint_segment_labels(painter, at.labels, at.segments, picture, colors);
  painter.setFont(font);
}

}  // namespace corpuscope::ui
