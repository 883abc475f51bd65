#include "ui/painting_sequence.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>

namespace corpuscope::ui {
namespace {

constexpr double segment_height = 6, gap = 3;
constexpr int segment_rows = 6;

// Beside the segments stand two lines of text.
double segments_height(double line) { return std::max(segment_rows * segment_height, 2 * line); }

// Heights of the bands, in lines of text. The first track is a little higher.
constexpr double document_lines = 1.35, first_track_lines = 2.4, track_lines = 2, arc_lines = 2.4, label_columns = 9.2;

QString tr(const char* text) { return QCoreApplication::translate("Sequence", text); }

void paint_track(QPainter& painter, const QRectF& band, const Scale& scale, const TrackRow& row) {
  const Track& track = row.values;
  if (track.bins.empty() || track.count <= 0) return;
  QColor faint = row.color, soft = row.color;
  QColor peak = row.color;
  faint.setAlphaF(0.16F);
  soft.setAlphaF(0.45F);
  peak.setAlphaF(0.65F);
  const double width = double(track.count) / double(track.bins.size());
  const auto first = std::int64_t(std::floor((scale.first - double(track.first)) / width));
  const auto last = std::int64_t(std::ceil((scale.position(band.width()) - double(track.first)) / width));
  const auto size = std::int64_t(track.bins.size());
  for (std::int64_t i = std::clamp<std::int64_t>(first, 0, size); i < std::clamp<std::int64_t>(last, 0, size); ++i) {
    const workspace::Bin& bin = track.bins[std::size_t(i)];
    const double low = track_share(row, bin.minimum), middle = track_share(row, bin.mean);
    const double high = track_share(row, bin.maximum);
    const double x0 = std::max(band.left() + scale.pixel(double(track.first) + double(i) * width), band.left());
    const double x1 = std::min(band.left() + scale.pixel(double(track.first) + double(i + 1) * width), band.right());
    // Single tokens stand apart.
    const double apart = x1 - x0 > 4 ? 1 : 0;
    const auto bar = [&](double from, double to) {
      return QRectF(x0, band.bottom() - to * band.height(), x1 - x0 - apart, std::max((to - from) * band.height(), 0.0));
    };
    // From the least to the most with a line on top, so that one spike among millions is seen; the mean as a line with
    // its area below.
    painter.fillRect(bar(low, high), faint);
    painter.fillRect(QRectF(x0, band.bottom() - high * band.height(), x1 - x0 - apart, 1), peak);
    painter.fillRect(bar(0, middle), soft);
    painter.fillRect(QRectF(x0, band.bottom() - middle * band.height() - 1, x1 - x0 - apart, 1.5), row.color);
  }
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

// At most one a pixel, however many there are.
void paint_marks(QPainter& painter, const QRectF& band, const SequencePicture& picture, const Theme& colors) {
  auto mark = std::ranges::lower_bound(picture.marks, std::int64_t(std::floor(picture.scale.first)));
  while (mark != picture.marks.end()) {
    const double x = picture.scale.pixel(double(*mark));
    if (x > band.width()) return;
    const double width = std::max(1.5, 1 / picture.scale.step);
    painter.fillRect(QRectF(band.left() + std::max(x, 0.0), band.top() + 1, width, band.height() - 2), colors.mark);
    mark = std::lower_bound(mark + 1, picture.marks.end(),
                            std::int64_t(std::ceil(picture.scale.position(std::floor(x) + 1))));
  }
}

// A pole through the documents with a flag on top.
void paint_bookmarks(QPainter& painter, const SequenceLayout& at, const SequencePicture& picture,
                     const Theme& colors) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  for (const workspace::Bookmark& bookmark : picture.bookmarks) {
    const double x = picture.scale.pixel(double(bookmark.first)), y = at.documents.top() - flag_size;
    if (x < 0 || x > at.plot.width()) continue;
    const double pole = at.plot.left() + x;
    QColor area = colors.cursor;
    area.setAlphaF(0.18F);
    const double wide = std::min(double(bookmark.count) / picture.scale.step, at.plot.right() - pole);
    if (bookmark.count > 1) painter.fillRect(QRectF(pole, at.documents.top(), wide, at.documents.height()), area);
    painter.fillRect(QRectF(pole - 0.5, y, 1.5, at.documents.bottom() - y), colors.cursor);
    paint_flag(painter, {pole, y}, colors.cursor);
  }
  painter.restore();
}

void paint_blind(QPainter& painter, const QRectF& band, const SequencePicture& picture, const Theme& colors) {
  const QColor color = blind_color(colors.dark);
  painter.fillRect(QRectF(band.left(), band.center().y(), band.width(), 1), colors.line);
  for (const auto& [first, end] : picture.blind.spans) {
    const double x0 = std::max(picture.scale.pixel(double(first)), 0.0);
    const double x1 = std::min(std::max(picture.scale.pixel(double(end)), x0 + 1.5), band.width());
    if (x0 < band.width() && picture.scale.pixel(double(end)) > 0)
      painter.fillRect(QRectF(band.left() + x0, band.top() + 1, x1 - x0, band.height() - 2), color);
  }
}

// What the colours of the marks are: a swatch and a word each.
void paint_marks_label(QPainter& painter, const QRectF& column, const QRectF& band, const Theme& colors) {
  const QFontMetricsF metrics(painter.font());
  double x = column.left();
  const auto entry = [&](const QColor& color, const QString& text) {
    const double swatch = metrics.height() * 0.45;
    painter.fillRect(QRectF(x, band.center().y() - swatch / 2, swatch, swatch), color);
    painter.setPen(colors.quiet_text);
    painter.drawText(QRectF(x + swatch + 3, band.top(), column.right() - x, band.height()),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, text);
    x += swatch + 9 + metrics.horizontalAdvance(text);
  };
  entry(colors.mark, tr("hits"));
  entry(level_color(0, colors.dark), tr("sources"));
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
  const double bottom = at.tracks.empty() ? at.marks.bottom() : at.tracks.back().bottom();
  painter.fillRect(QRectF(at.plot.left() + x, at.documents.top(), 2, bottom - at.documents.top()),
                   surprise_color(colors.dark));
}

}  // namespace

SequenceRows rows_of(const SequencePicture& picture) {
  return {int(picture.tracks.size()), picture.blind.shown, picture.shows_segments, !picture.arcs.empty()};
}

double sequence_height(const QFont& font, const SequenceRows& rows) {
  return sequence_layout({1000, 1000}, font, rows).segments.bottom() + gap;
}

SequenceLayout sequence_layout(const QSizeF& size, const QFont& font, const SequenceRows& rows) {
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
  at.arcs = rows.arcs ? band(arc_lines * line, 1) : band(0, 0);
  at.documents = band(document_lines * line, 1);
  at.marks = band(line * 0.9, gap);
  for (int i = 0; i < rows.tracks; ++i)
    at.tracks.push_back(band((i == 0 ? first_track_lines : track_lines) * line, gap));
  at.blind = rows.blind ? band(line, gap) : band(0, 0);
  y += 2;
  at.segments = band(rows.segments ? segments_height(line) : 0, 0);
  return at;
}

double track_share(const TrackRow& track, double value) {
  if (!(value > track.low)) return 0;
  const double share = track.logarithmic ? std::log(value / track.low) / std::log(track.high / track.low)
                                         : (value - track.low) / (track.high - track.low);
  return std::min(share, 1.0);
}

const workspace::Bookmark* bookmark_at(const SequencePicture& picture, double x) {
  const workspace::Bookmark* nearest = nullptr;
  double least = flag_size + 2;
  for (const workspace::Bookmark& bookmark : picture.bookmarks)
    if (const double away = std::abs(picture.scale.pixel(double(bookmark.first)) + flag_size / 2 - x); away < least)
      nearest = &bookmark, least = away;
  return nearest;
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
  const SequenceLayout at = sequence_layout(size, font, rows_of(picture));
  painter.setFont(small_font(font));
  painter.setPen(colors.text);
  if (picture.length <= 0) {
    painter.drawText(QRectF(QPointF(0, 0), size), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("The whole sequence appears here: open a folder of text or code."));
    return;
  }
  paint_ruler(painter, at.ruler, picture, colors);
  if (picture.documents) paint_documents(painter, at.documents, picture.scale, *picture.documents, colors);
  if (!picture.arcs.empty()) paint_arcs(painter, at.arcs, picture.scale, picture.arcs, colors);
  for (std::size_t i = 0; i < picture.tracks.size(); ++i) {
    paint_track(painter, at.tracks[i], picture.scale, picture.tracks[i]);
    painter.setPen(colors.line);
    painter.drawLine(at.tracks[i].bottomLeft(), at.tracks[i].bottomRight());
  }
  if (picture.done <= 0 && !at.tracks.empty()) {
    painter.setPen(colors.quiet_text);
    painter.drawText(at.tracks.front().united(at.tracks.back()), Qt::AlignCenter, tr("not read by a model yet"));
  }
  if (picture.blind.shown) paint_blind(painter, at.blind, picture, colors);
  const bool segments = picture.pattern && picture.shows_segments;
  if (segments) paint_segments(painter, at.segments, picture, colors);
  paint_sources(painter, at.marks, picture, colors);
  paint_marks(painter, at.marks, picture, colors);
  paint_reading_head(painter, at, picture, colors);
  paint_bookmarks(painter, at, picture, colors);
  paint_cursor(painter, at.plot, picture.scale, picture.hover, 1, colors.hover, false);
  paint_cursor(painter, at.plot, picture.scale, picture.cursor, picture.cursor_count, colors.cursor, true);

  const auto count = picture.documents ? picture.documents->size() : 0;
  if (!picture.arcs.empty()) paint_label(painter, at.labels, at.arcs, tr("Echoes"), tr("from later to earlier"), colors);
  paint_label(painter, at.labels, picture.arcs.empty() ? at.documents.united(at.ruler) : at.documents,
              tr("%1 tokens").arg(with_unit(double(picture.length))),
              !picture.arcs.empty() ? QString() : count == 1 ? tr("1 document") : tr("%1 documents").arg(with_unit(double(count))), colors);
  paint_marks_label(painter, at.labels, at.marks, colors);
  for (std::size_t i = 0; i < picture.tracks.size(); ++i)
    paint_label(painter, at.labels, at.tracks[i], picture.tracks[i].name, picture.tracks[i].range, colors);
  if (picture.blind.shown)
    paint_label(painter, at.labels, at.blind, tr("Blind spots"), QString(), colors);
  if (segments) paint_segment_labels(painter, at.labels, at.segments, picture, colors);
  if (picture.blind.shown && !picture.blind.about.isEmpty()) {
    const double wide = std::min(QFontMetricsF(painter.font()).horizontalAdvance(picture.blind.about) + 8, at.blind.width());
    const QRectF box(at.blind.right() - wide, at.blind.top(), wide, at.blind.height());
    painter.fillRect(box, colors.ground);
    painter.setPen(colors.quiet_text);
    painter.drawText(box, Qt::AlignCenter | Qt::TextSingleLine, picture.blind.about);
  }
  painter.setFont(font);
}

}  // namespace corpuscope::ui
