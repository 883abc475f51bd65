#include "ui/painting_attention.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace corpuscope::ui {
namespace {

// The part of the plot where there are tokens.
QRectF matrix_area(const QRectF& plot, const AttentionPicture& picture) {
  const double x0 = std::max(picture.view.keys().pixel(0), 0.0), y0 = std::max(picture.view.queries().pixel(0), 0.0);
  const double x1 = std::min(picture.view.keys().pixel(double(picture.length)), plot.width());
  const double y1 = std::min(picture.view.queries().pixel(double(picture.length)), plot.height());
  return {plot.left() + x0, plot.top() + y0, x1 - x0, y1 - y0};
}

void paint_image(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Frame& frame) {
  if (frame.image.isNull()) return;
  const double scale = frame.raster.step / picture.view.step;
  const QRectF target(plot.left() + picture.view.keys().pixel(frame.raster.key),
                      plot.top() + picture.view.queries().pixel(frame.raster.query), frame.raster.width * scale,
                      frame.raster.height * scale);
  const QRectF shown = target.intersected(plot);
  if (shown.isEmpty()) return;
  // Only what is in sight: a frame that is stretched a hundredfold has most of it outside.
  const double across = frame.image.width() / target.width(), down = frame.image.height() / target.height();
  painter.drawImage(shown, frame.image, QRectF((shown.left() - target.left()) * across, (shown.top() - target.top()) * down,
                                               shown.width() * across, shown.height() * down));
}

void paint_frame(QPainter& painter, const QRectF& plot, const QRectF& matrix, const AttentionPicture& picture,
                 const Theme& colors) {
  painter.fillRect(plot, colors.panel);
  painter.fillRect(matrix, colors.ground);
  painter.save();
  // The image may be larger than the matrix: only the matrix is drawn.
  painter.setClipRect(matrix, Qt::IntersectClip);
  if (picture.fresh < 1) {
    paint_image(painter, plot, picture, picture.before);
    painter.setOpacity(picture.fresh);
  }
  paint_image(painter, plot, picture, picture.frame);
  painter.restore();
}

// What nothing can pass, hatched. At least so wide that it is seen.
void paint_blind_bands(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  constexpr double least = 1.5;
  for (const BlindBand& band : picture.frame.blind) {
    QRectF area(plot.left() + picture.view.keys().pixel(double(band.key)),
                plot.top() + picture.view.queries().pixel(double(band.query)), double(band.keys) / picture.view.step,
                double(band.queries) / picture.view.step);
    if (area.width() < least) area.setLeft(area.right() - least);
    if (area.height() < least) area.setHeight(least);
    area = area.intersected(plot);
    if (area.isEmpty()) continue;
    painter.fillRect(area, faded(colors.mark, 0.16));
    if (std::min(area.width(), area.height()) >= 5) painter.fillRect(area, QBrush(faded(colors.mark, 0.8), Qt::BDiagPattern));
    else painter.fillRect(area, faded(colors.mark, 0.6));
  }
}

// In the lower left corner, so many lines above the last.
QRectF corner_label(const QRectF& plot, const QString& text, int line, const QFont& font) {
  const QFontMetricsF metrics(font);
  return {plot.left() + 6, plot.bottom() - (line + 1) * metrics.height() - 6, metrics.horizontalAdvance(text) + 8, metrics.height()};
}

void paint_label(QPainter& painter, const QRectF& label, const QString& text, const Theme& colors) {
  painter.fillRect(label, faded(colors.ground, 0.8));
  painter.setPen(colors.quiet_text);
  painter.drawText(label, Qt::AlignCenter, text);
}

// Keys further back than the model uses: veiled, behind a dashed line with its meaning. Far out, where the used part is
// but a line along the diagonal, nothing is: the veil would hide all.
void paint_unused(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  constexpr double least = 8;
  const double used = double(picture.farthest_used);
  if (picture.farthest_used < 0 || used / picture.view.step < least) return;
  const auto x_at = [&](double query) { return plot.left() + picture.view.keys().pixel(query - used); };
  const auto y_at = [&](double query) { return plot.top() + picture.view.queries().pixel(query); };
  const double first = picture.view.queries().position(0), last = picture.view.queries().position(plot.height());
  const QPointF top(x_at(first), y_at(first)), bottom(x_at(last), y_at(last));
  if (bottom.x() < plot.left()) return;
  painter.setRenderHint(QPainter::Antialiasing, true);
  painter.setPen(Qt::NoPen);
  painter.setBrush(faded(colors.ground, 0.4));
  const double left = std::min(plot.left(), top.x());
  painter.drawPolygon(QPolygonF({{left, top.y()}, top, bottom, {left, bottom.y()}}));
  painter.setPen(QPen(colors.quiet_text, 1, Qt::DashLine));
  painter.drawLine(top, bottom);
  painter.setBrush(Qt::NoBrush);
  painter.setRenderHint(QPainter::Antialiasing, false);
  const QString text = QCoreApplication::translate("canvas", "further back: not used");
  const QRectF label = corner_label(plot, text, 0, painter.font());
  if (x_at(picture.view.queries().position(label.top() - plot.top())) < label.right()) return;  // no room for its name
  paint_label(painter, label, text, colors);
}

void paint_box(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  if (picture.box.isNull()) return;
  painter.setPen(QPen(colors.cursor, 1, Qt::DashLine));
  painter.setBrush(faded(colors.cursor, 0.1));
  painter.drawRect(picture.box.translated(plot.topLeft()));
  painter.setBrush(Qt::NoBrush);
}

void paint_segment_borders(QPainter& painter, const QRectF& plot, const AttentionPicture& picture,
                           const Theme& colors) {
  const auto& levels = picture.geometry->pattern.levels;
  const Scale queries = picture.view.queries(), keys = picture.view.keys();
  const double low = std::max({picture.view.query, picture.view.key, 0.0});
  const double high = std::min({queries.position(plot.height()), keys.position(plot.width()), double(picture.length)});
  for (std::size_t level = 0; level < levels.size(); ++level) {
    const double segment = double(levels[level].segment), wide = segment / picture.view.step;
    if (wide < 48 || wide > 4 * std::max(plot.width(), plot.height())) continue;
    if (level < picture.hidden.size() && picture.hidden[level]) continue;
    painter.setPen(QPen(faded(level_color(int(level), colors.dark), 0.45), 1));
    for (double s = std::floor(low / segment); s * segment < high; ++s) {
      const double begin = s * segment, end = std::min(begin + segment, double(picture.length));
      const QPointF corner(plot.left() + keys.pixel(begin), plot.top() + queries.pixel(begin));
      const QPointF below(corner.x(), plot.top() + queries.pixel(end));
      painter.drawLine(corner, below);
      painter.drawLine(below, QPointF(plot.left() + keys.pixel(end), below.y()));
    }
  }
}

void paint_document_borders(QPainter& painter, const QRectF& plot, const QRectF& matrix,
                            const AttentionPicture& picture, const Theme& colors) {
  painter.setPen(QPen(faded(colors.quiet_text, 0.35), 1));
  const auto borders = [&](const Scale& scale, double pixels, const auto& line) {
    const Documents& documents = *picture.documents;
    auto index = std::max<std::int64_t>(document_index(documents, std::int64_t(std::max(scale.first, 0.0))), 0);
    double last = 0;
    for (int drawn = 0; index < std::int64_t(documents.size()) && drawn < 200; ++index) {
      const DocumentSpan& document = documents[std::size_t(index)];
      const double at = scale.pixel(double(document.first));
      if (at > pixels) break;
      if (at > 1 && at - last >= 40 && double(document.count) / scale.step >= 40) {
        line(at);
        last = at;
        ++drawn;
      }
    }
  };
  borders(picture.view.keys(), plot.width(), [&](double x) {
    painter.drawLine(QPointF(plot.left() + x, matrix.top()), QPointF(plot.left() + x, matrix.bottom()));
  });
  borders(picture.view.queries(), plot.height(), [&](double y) {
    painter.drawLine(QPointF(matrix.left(), plot.top() + y), QPointF(matrix.right(), plot.top() + y));
  });
}

// A line through the token, or a stripe where it is wide; within the matrix.
void paint_cross(QPainter& painter, const QRectF& matrix, const QRectF& plot, const AttentionPicture& picture,
                 std::int64_t query, std::int64_t key, const QColor& color, double fill) {
  const double wide = 1 / picture.view.step;
  const QColor used = wide > 3 ? faded(color, fill) : color;
  const double size = wide > 3 ? wide : 1;
  const auto snapped = [&](double pixel) { return wide > 3 ? pixel : std::floor(pixel + wide / 2); };
  const double y = plot.top() + snapped(picture.view.queries().pixel(double(query)));
  const double x = plot.left() + snapped(picture.view.keys().pixel(double(key)));
  if (query >= 0) painter.fillRect(QRectF(matrix.left(), y, matrix.width(), size).intersected(matrix), used);
  if (key >= 0) painter.fillRect(QRectF(x, matrix.top(), size, matrix.height()).intersected(matrix), used);
}

// The step of a path: a ring around its pair, however small that is.
void paint_step(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  if (picture.step_query < 0) return;
  const QPointF middle(plot.left() + picture.view.keys().pixel(double(picture.step_key) + 0.5),
                       plot.top() + picture.view.queries().pixel(double(picture.step_query) + 0.5));
  const double radius = std::max(7.0, 0.75 / picture.view.step);
  painter.setRenderHint(QPainter::Antialiasing, true);
  painter.setBrush(Qt::NoBrush);
  for (const auto& [color, width] : {std::pair(colors.ground, 5.0), std::pair(colors.mark, 2.5)}) {
    painter.setPen(QPen(color, width));
    painter.drawEllipse(middle, radius, radius);
  }
  painter.setRenderHint(QPainter::Antialiasing, false);
}

void paint_edges(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  if (!shows_edges(picture)) return;
  const double size = 1 / picture.view.step;
  for (const auto& edge : picture.edges) {
    const QRectF cell(plot.left() + picture.view.keys().pixel(double(edge.key)),
                      plot.top() + picture.view.queries().pixel(double(edge.query)), size, size);
    if (!cell.intersects(plot)) continue;
    const double side = (size - 1) * std::sqrt(std::clamp(double(edge.weight), 0.02, 1.0));
    QRectF mark(0, 0, side, side);
    mark.moveCenter(cell.center());
    painter.setPen(QPen(colors.ground, 1));
    painter.setBrush(level_color(edge.level, colors.dark));
    painter.drawRect(mark);
  }
  painter.setBrush(Qt::NoBrush);
}

}  // namespace

QColor faded(QColor color, double alpha) {
  color.setAlphaF(float(alpha));
  return color;
}

// Where all single weights are there, the strongest need no marks.
bool shows_edges(const AttentionPicture& picture) {
  return !picture.edges.empty() && !picture.frame.exact && picture.view.step <= 1.0 / 6;
}

void paint_attention(QPainter& painter, const QSizeF& size, const AttentionPicture& picture) {
  const Theme& colors = theme(picture.dark);
  painter.fillRect(QRectF(QPointF(0, 0), size), colors.ground);
  painter.setRenderHint(QPainter::Antialiasing, false);
  if (picture.length <= 0 || !picture.geometry) {
    painter.setPen(colors.quiet_text);
    painter.drawText(QRectF(QPointF(0, 0), size).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                     picture.empty_text);
    return;
  }
  const QFont font = painter.font();
  painter.setFont(small_font(font));
  const QRectF plot = attention_plot(size, font);
  const QRectF matrix = matrix_area(plot, picture);
  paint_frame(painter, plot, matrix, picture, colors);
  painter.save();
  painter.setClipRect(plot);
  paint_segment_borders(painter, plot, picture, colors);
  if (picture.documents) paint_document_borders(painter, plot, matrix, picture, colors);
  paint_unused(painter, plot, picture, colors);
  if (!picture.frame.weights && !picture.far_note.isEmpty())
    paint_label(painter, corner_label(plot, picture.far_note, 1, painter.font()), picture.far_note, colors);
  paint_edges(painter, plot, picture, colors);
  if (picture.blind_spots) paint_blind_bands(painter, plot, picture, colors);
  paint_cross(painter, matrix, plot, picture, picture.hover_query, picture.hover_key >= 0 ? picture.hover_key : picture.hover,
              faded(colors.hover, 0.7), 0.12);
  paint_cross(painter, matrix, plot, picture, picture.cursor, picture.cursor, colors.cursor, 0.2);
  paint_step(painter, plot, picture, colors);
  paint_box(painter, plot, picture, colors);
  painter.restore();
  paint_rulers(painter, plot, picture, colors);
  paint_bookmarks(painter, plot, picture, colors);
  painter.setPen(colors.line);
  painter.drawRect(plot.adjusted(-0.5, -0.5, 0.5, 0.5));
  painter.setRenderHint(QPainter::Antialiasing, true);
  paint_legend(painter, plot, picture, colors);
  painter.setRenderHint(QPainter::Antialiasing, false);
  paint_hover_labels(painter, plot, picture, colors);
  painter.setFont(font);
}

}  // namespace corpuscope::ui
