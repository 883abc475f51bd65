#pragma once
// What all pictures of the sequence share: the scale between positions and pixels, numbers with units, ticks,
// documents. Pictures are drawn from plain values, so that the window and the report draw the same ones.

#include <QPainter>
#include <QString>
#include <cstdint>
#include <memory>
#include <vector>

#include "ui/colors.h"
#include "workspace/workspace.h"

namespace corpuscope::ui {

// One axis: the position at pixel 0, and how many positions a pixel takes (less than one: zoomed in to tokens).
struct Scale {
  double first = 0;
  double step = 1;

  double position(double pixel) const { return first + pixel * step; }
  double pixel(double position) const { return (position - first) / step; }
  bool operator==(const Scale&) const = default;
};

constexpr double largest_token = 64;  // pixels that a token may take at most

// The scale that shows [first, first + count) on so many pixels.
Scale fitted(double first, double count, double pixels);
// Zoomed by `factor` (over 1: nearer) so that the position under `pixel` stays there, as far as the ends allow.
Scale zoomed(const Scale& scale, double pixel, double factor, std::int64_t length, double pixels);
// Moved back so that it shows the sequence and nothing beyond, where it is long enough.
Scale kept_inside(Scale scale, std::int64_t length, double pixels);
// The token under a pixel, -1 beyond the ends.
std::int64_t token_at(const Scale& scale, double pixel, std::int64_t length);

QString with_unit(double value);            // 950, 12.3 k, 4 M, 1.25 G
QString segment_text(std::int64_t tokens);  // 512, 2 Ki, 4 Mi: segments are mostly powers of two
QString weight_text(double value);          // 0.25, 3.1·10⁻⁶
// Multiples of 1, 2 or 5 times a power of ten in [first, first + count), at least `apart` positions apart.
std::vector<std::int64_t> ticks(double first, double count, double apart);
// A tick's number with as many digits as tell it from its neighbours.
QString tick_text(std::int64_t tick, std::int64_t step);

struct DocumentSpan {
  std::int64_t first = 0, count = 0;
  QString name;
};
using Documents = std::vector<DocumentSpan>;

// Those that have a place in the sequence, in its order.
std::shared_ptr<const Documents> document_spans(const std::vector<workspace::Document>& documents);
// Index of the document that holds a position or, behind its end, comes before; -1 before the first.
std::int64_t document_index(const Documents& documents, std::int64_t position);

// Alternating blocks with names where they fit, across. Down is done with a turned painter.
void paint_documents(QPainter& painter, const QRectF& band, const Scale& scale, const Documents& documents,
                     const Theme& colors);

// A bookmark's flag: its pole's top is at the point. Sideways: for a ruler that runs down.
constexpr double flag_size = 7;
void paint_flag(QPainter& painter, const QPointF& top, const QColor& color, bool sideways = false);

// Pictures write a little smaller than the window does; their parts are measured in lines of that.
QFont small_font(const QFont& font);
double line_height(const QFont& small);

}  // namespace corpuscope::ui
