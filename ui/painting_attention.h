#pragma once
// The picture of the attention canvas: the frame with its rulers, borders, cross-hair and legend.

#include "ui/painting.h"
#include "ui/painting_frame.h"

namespace corpuscope::ui {

// The part of the matrix that the plot shows; step in logical pixels.
struct MatrixView {
  double query = 0, key = 0, step = 1;
  Scale queries() const { return {query, step}; }
  Scale keys() const { return {key, step}; }
  bool operator==(const MatrixView&) const = default;
};

// Texts of the tokens from `first` on, for the rulers of a near view.
struct TokenTexts {
  std::int64_t first = 0;
  std::vector<QString> texts;
};

struct AttentionPicture {
  bool dark = false;
  MatrixView view;
  std::int64_t length = 0;
  std::optional<Geometry> geometry;
  std::vector<bool> hidden;
  int head = -1;
  Strength strength = Strength::logarithm;
  Values values = Values::raw;
  double threshold = 0;
  ColorMap map = ColorMap::violet_yellow;
  bool blind_spots = false;
  std::int64_t farthest_used = -1;  // keys further back are veiled; -1: not known
  Frame frame;
  Frame before;          // what was shown until another depth took over; fades out
  double fresh = 1;      // of `frame` over `before`, 0 to 1
  QRectF box;            // that is being drawn to zoom into, in the plot
  std::shared_ptr<const Documents> documents;
  TokenTexts query_texts, key_texts;
  std::vector<workspace::Edge> edges;  // of single tokens, for a near view
  std::int64_t cursor = -1, hover = -1;          // the linked ones
  std::int64_t hover_query = -1, hover_key = -1;  // under the mouse
  QString empty_text;                             // what to do where there is nothing to show
};

// Legend of what the frame shows: levels or weights, threshold, blind spots.
void paint_legend(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors);
bool shows_edges(const AttentionPicture& picture);  // single weights drawn where a cell is large enough for a mark in it
QColor faded(QColor color, double alpha);

QRectF attention_plot(const QSizeF& size, const QFont& font);  // where the matrix lies, without the rulers
void paint_attention(QPainter& painter, const QSizeF& size, const AttentionPicture& picture);  // in its font

// As far out as one may go, and everything in sight.
MatrixView whole_matrix(std::int64_t length, const QSizeF& plot);
// The square on the diagonal with these positions, and a bit around.
MatrixView view_of_range(std::int64_t first, std::int64_t count, std::int64_t length, const QSizeF& plot);
// What a rectangle of the plot shows, as large as it fits.
MatrixView view_of_box(const MatrixView& view, const QRectF& box, std::int64_t length, const QSizeF& plot);
MatrixView kept_inside(MatrixView view, std::int64_t length, const QSizeF& plot);
MatrixView zoomed(const MatrixView& view, const QPointF& about, double factor, std::int64_t length,
                  const QSizeF& plot);

constexpr double text_step = 1.0 / 12;  // from this near on, tokens have their text on the rulers

}  // namespace corpuscope::ui
