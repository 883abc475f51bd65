#include "ui/painting_attention.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

namespace corpuscope::ui {
namespace {

constexpr double tick_length = 5;

// Rulers, measured in lines of text: a band of documents, and room for numbers or tokens.
constexpr double band_lines = 1.3, left_lines = 5.6, top_lines = 3.2;

double band_of(double line) { return std::round(band_lines * line); }

QString tr(const char* text) { return QCoreApplication::translate("Attention", text); }

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
  const QFontMetricsF metrics(painter.font());
  const QRectF label(plot.left() + 6, plot.bottom() - metrics.height() - 6, metrics.horizontalAdvance(text) + 8, metrics.height());
  if (x_at(picture.view.queries().position(label.top() - plot.top())) < label.right()) return;  // no room for its name
  painter.fillRect(label, faded(colors.ground, 0.8));
  painter.setPen(colors.quiet_text);
  painter.drawText(label, Qt::AlignCenter, text);
}

void paint_box(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  if (picture.box.isNull()) return;
  painter.setPen(QPen(colors.cursor, 1, Qt::DashLine));
  painter.setBrush(faded(colors.cursor, 0.1));
  painter.drawRect(picture.box.translated(plot.topLeft()));
  painter.setBrush(Qt::NoBrush);
}

// Borders of every level as ticks on a ruler: wider segments have longer ones.
constexpr double level_ticks = 7;
void paint_level_ticks(const AttentionPicture& picture, const Scale& scale, double pixels, const auto& tick) {
  const auto& levels = picture.geometry->pattern.levels;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    const double segment = double(levels[level].segment);
    if (segment / scale.step < 8 || (level < picture.hidden.size() && picture.hidden[level])) continue;
    const double end = std::min(scale.position(pixels), double(picture.length));
    const double size = std::min(level_ticks, 2.0 + 0.5 * double(level));
    for (double s = std::ceil(std::max(scale.first, 0.0) / segment) * segment; s <= end; s += segment)
      tick(scale.pixel(s), size, int(level));
  }
}

// The position under the mouse, on a ruler.
void paint_label(QPainter& painter, const QRectF& room, const QString& text, const Theme& colors) {
  painter.fillRect(room, colors.hover);
  painter.setPen(colors.ground);
  painter.drawText(room, Qt::AlignCenter | Qt::TextSingleLine, text);
}

void paint_hover_labels(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  if (picture.hover_key < 0 || picture.hover_query < 0 || picture.view.step <= text_step) return;
  const QFontMetricsF metrics(painter.font());
  const double line = line_height(painter.font());
  const auto label = [&](std::int64_t token) {
    // As many digits as tell neighbouring pixels apart.
    return tick_text(token, std::max<std::int64_t>(std::int64_t(picture.view.step), 1));
  };
  const QString key = label(picture.hover_key), query = label(picture.hover_query);
  const double x = plot.left() + picture.view.keys().pixel(double(picture.hover_key) + 0.5);
  const double y = plot.top() + picture.view.queries().pixel(double(picture.hover_query) + 0.5);
  const double above = plot.top() - band_of(line) - level_ticks - 6, before = plot.left() - band_of(line) - level_ticks - 6;
  const double key_width = metrics.horizontalAdvance(key) + 8, query_width = metrics.horizontalAdvance(query) + 8;
  paint_label(painter, QRectF(std::clamp(x - key_width / 2, plot.left(), std::max(plot.right() - key_width, plot.left())), above - line, key_width, line), key, colors);
  paint_label(painter, QRectF(before - query_width, y - line / 2, query_width, line), query, colors);
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

QString shown_text(QString text) {
  if (text.isEmpty()) return QStringLiteral("⏹");
  return text.replace(u'\n', QChar(0x21B5)).replace(u'\t', QChar(0x21E5)).replace(u' ', QChar(0x00B7));
}

// Numbers or, near enough, the tokens themselves. `write` puts a text at a pixel of the axis.
void paint_axis(const Scale& scale, double pixels, std::int64_t length, double apart, const TokenTexts& texts,
                const auto& write) {
  if (scale.step <= text_step && !texts.texts.empty()) {
    for (std::size_t i = 0; i < texts.texts.size(); ++i) {
      const double at = scale.pixel(double(texts.first) + double(i) + 0.5);
      if (at > 0 && at < pixels) write(at, shown_text(texts.texts[i]), true);
    }
    return;
  }
  const double shown = std::min(pixels * scale.step, double(length) - scale.first);
  const auto marks = ticks(scale.first, shown, apart * scale.step);
  const std::int64_t step = marks.size() > 1 ? marks[1] - marks[0] : 1;
  for (const std::int64_t tick : marks) write(scale.pixel(double(tick)), tick_text(tick, step), false);
}

void paint_top_ruler(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  const double line = line_height(painter.font()), band = band_of(line), top_texts = top_lines * line;
  const QRectF documents(plot.left(), plot.top() - band - level_ticks - 1, plot.width(), band);
  paint_level_ticks(picture, picture.view.keys(), plot.width(), [&](double x, double size, int level) {
    painter.fillRect(QRectF(std::round(plot.left() + x), plot.top() - size, 1.5, size), level_color(level, colors.dark));
  });
  if (picture.documents) paint_documents(painter, documents, picture.view.keys(), *picture.documents, colors);
  const double bottom = documents.top() - 2;
  paint_axis(picture.view.keys(), plot.width(), picture.length, 7 * line, picture.key_texts,
             [&](double x, const QString& text, bool token) {
               if (token) {
                 painter.save();
                 painter.translate(plot.left() + x, bottom);
                 painter.rotate(-90);
                 painter.setPen(colors.text);
                 const QFontMetricsF metrics(painter.font());
                 painter.drawText(QRectF(0, -line / 2, top_texts - 4, line), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                                  metrics.elidedText(text, Qt::ElideRight, top_texts - 4));
                 painter.restore();
                 return;
               }
               painter.setPen(colors.line);
               painter.drawLine(QPointF(plot.left() + x, bottom - tick_length), QPointF(plot.left() + x, bottom));
               painter.setPen(colors.quiet_text);
               painter.drawText(QRectF(plot.left() + x + 3, bottom - line, 12 * line, line),
                                Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, text);
             });
}

void paint_left_ruler(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  const QFontMetricsF metrics(painter.font());
  const double line = line_height(painter.font()), band = band_of(line), left_texts = left_lines * line;
  const QRectF documents(plot.left() - band - level_ticks - 1, plot.top(), band, plot.height());
  paint_level_ticks(picture, picture.view.queries(), plot.height(), [&](double y, double size, int level) {
    painter.fillRect(QRectF(plot.left() - size, std::round(plot.top() + y), size, 1.5), level_color(level, colors.dark));
  });
  const double right = documents.left() - 2;
  if (picture.documents) {
    painter.save();
    painter.translate(documents.right(), documents.top());
    painter.rotate(90);
    paint_documents(painter, QRectF(0, 0, plot.height(), band), picture.view.queries(), *picture.documents, colors);
    painter.restore();
  }
  paint_axis(picture.view.queries(), plot.height(), picture.length, 5 * line, picture.query_texts,
             [&](double y, const QString& text, bool token) {
               const QRectF room(right - left_texts, plot.top() + y - (token ? line / 2 : 0), left_texts - 3, line);
               if (!token) {
                 painter.setPen(colors.line);
                 painter.drawLine(QPointF(right - tick_length, plot.top() + y), QPointF(right, plot.top() + y));
               }
               painter.setPen(token ? colors.text : colors.quiet_text);
               painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine,
                                token ? metrics.elidedText(text, Qt::ElideRight, room.width()) : text);
             });
  painter.setPen(colors.quiet_text);
  painter.drawText(QRectF(2, 4, plot.left() - 8, line), Qt::AlignRight | Qt::TextSingleLine, tr("keys →"));
  if (plot.top() < 2.5 * line) return;  // no room for both
  painter.drawText(QRectF(2, plot.top() - line - 6, plot.left() - 8, line), Qt::AlignRight | Qt::TextSingleLine,
                   tr("queries ↓"));
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

QRectF attention_plot(const QSizeF& size, const QFont& font) {
  const double line = line_height(small_font(font));
  const double left = std::round(std::min(left_lines * line + band_of(line) + level_ticks + 5, size.width() / 3));
  const double top = std::round(std::min(top_lines * line + band_of(line) + level_ticks + 5, size.height() / 3));
  return {left, top, std::max(size.width() - left - 4, 1.0), std::max(size.height() - top - 4, 1.0)};
}

MatrixView whole_matrix(std::int64_t length, const QSizeF& plot) {
  const double side = std::max(std::min(plot.width(), plot.height()), 1.0);
  MatrixView view{0, 0, std::max(double(length) / side, 1 / largest_token)};
  return kept_inside(view, length, plot);
}

MatrixView view_of_range(std::int64_t first, std::int64_t count, std::int64_t length, const QSizeF& plot) {
  constexpr double around = 1.04;
  MatrixView view;
  view.step = std::clamp(double(count) * around / std::max(std::min(plot.width(), plot.height()), 1.0), 1 / largest_token,
                         whole_matrix(length, plot).step);
  const double middle = double(first) + double(count) / 2;
  view.key = middle - plot.width() * view.step / 2;
  view.query = middle - plot.height() * view.step / 2;
  return kept_inside(view, length, plot);
}

MatrixView view_of_box(const MatrixView& view, const QRectF& box, std::int64_t length, const QSizeF& plot) {
  MatrixView out;
  const double larger = std::max(box.width() / std::max(plot.width(), 1.0), box.height() / std::max(plot.height(), 1.0));
  out.step = std::clamp(view.step * larger, 1 / largest_token, whole_matrix(length, plot).step);
  out.key = view.keys().position(box.center().x()) - plot.width() * out.step / 2;
  out.query = view.queries().position(box.center().y()) - plot.height() * out.step / 2;
  return kept_inside(out, length, plot);
}

MatrixView kept_inside(MatrixView view, std::int64_t length, const QSizeF& plot) {
  const auto keep = [&](double first, double pixels) {
    const double shown = pixels * view.step, slack = shown - double(length);
    // Where there is room to spare the matrix is in the middle.
    return slack >= 0 ? -slack / 2 : std::clamp(first, 0.0, -slack);
  };
  view.key = keep(view.key, plot.width());
  view.query = keep(view.query, plot.height());
  return view;
}

MatrixView zoomed(const MatrixView& view, const QPointF& about, double factor, std::int64_t length,
                  const QSizeF& plot) {
  if (!(factor > 0) || !std::isfinite(factor)) return view;
  MatrixView out = view;
  out.step = std::clamp(view.step / factor, 1 / largest_token, whole_matrix(length, plot).step);
  out.key = view.keys().position(about.x()) - about.x() * out.step;
  out.query = view.queries().position(about.y()) - about.y() * out.step;
  return kept_inside(out, length, plot);
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
  paint_edges(painter, plot, picture, colors);
  if (picture.blind_spots) paint_blind_bands(painter, plot, picture, colors);
  paint_cross(painter, matrix, plot, picture, picture.hover_query, picture.hover_key >= 0 ? picture.hover_key : picture.hover,
              faded(colors.hover, 0.7), 0.12);
  paint_cross(painter, matrix, plot, picture, picture.cursor, picture.cursor, colors.cursor, 0.2);
  paint_box(painter, plot, picture, colors);
  painter.restore();
  paint_top_ruler(painter, plot, picture, colors);
  paint_left_ruler(painter, plot, picture, colors);
  painter.setPen(colors.line);
  painter.drawRect(plot.adjusted(-0.5, -0.5, 0.5, 0.5));
  painter.setRenderHint(QPainter::Antialiasing, true);
  paint_legend(painter, plot, picture, colors);
  painter.setRenderHint(QPainter::Antialiasing, false);
  paint_hover_labels(painter, plot, picture, colors);
  painter.setFont(font);
}

}  // namespace corpuscope::ui
