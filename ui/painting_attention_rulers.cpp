#include <QCoreApplication>
#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "ui/painting_attention.h"

namespace corpuscope::ui {
namespace {

constexpr double tick_length = 5;

// Rulers, measured in lines of text: a band of documents, and room for numbers or tokens.
constexpr double band_lines = 1.3, left_lines = 5.6, top_lines = 3.2, fewest_top_lines = 2, top_share = 1.0 / 8;

double band_of(double line) { return std::round(band_lines * line); }

QString tr(const char* text) { return QCoreApplication::translate("Attention", text); }

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
  const double line = line_height(painter.font()), band = band_of(line), top_texts = plot.top() - band - level_ticks - 5;
  const QRectF documents(plot.left(), plot.top() - band - level_ticks - 1, plot.width(), band);
  paint_level_ticks(picture, picture.view.keys(), plot.width(), [&](double x, double size, int level) {
    painter.fillRect(QRectF(std::round(plot.left() + x), plot.top() - size, 1.5, size), level_color(level, colors.dark));
  });
  if (picture.documents) paint_documents(painter, documents, picture.view.keys(), *picture.documents, colors);
  const double bottom = documents.top() - 2;
  paint_axis(picture.view.keys(), plot.width(), picture.length, 5.2 * line, picture.key_texts,
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

void paint_rulers(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  paint_top_ruler(painter, plot, picture, colors);
  paint_left_ruler(painter, plot, picture, colors);
}

double ruler_band(const QFont& small) { return band_of(line_height(small)) + level_ticks + 1; }

QRectF attention_plot(const QSizeF& size, const QFont& font) {
  const double line = line_height(small_font(font));
  const double left = std::round(std::min(left_lines * line + band_of(line) + level_ticks + 5, size.width() / 3));
  const double top_texts = std::clamp(top_share * size.height(), fewest_top_lines * line, top_lines * line);
  const double top = std::round(std::min(top_texts + band_of(line) + level_ticks + 5, size.height() / 3));
  return {left, top, std::max(size.width() - left - 4, 1.0), std::max(size.height() - top - 4, 1.0)};
}

}  // namespace corpuscope::ui
