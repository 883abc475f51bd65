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
  ColorMap map = ColorMap::violet_yellow;
  Frame frame;
  std::shared_ptr<const Documents> documents;
  TokenTexts query_texts, key_texts;
  std::vector<workspace::Edge> edges;  // of single tokens, for a near view
  std::int64_t cursor = -1, hover = -1;          // the linked ones
  std::int64_t hover_query = -1, hover_key = -1;  // under the mouse
  QString empty_text;                             // what to do where there is nothing to show
};

QRectF attention_plot(const QSizeF& size, const QFont& font);  // where the matrix lies, without the rulers
void paint_attention(QPainter& painter, const QSizeF& size, const AttentionPicture& picture);  // in its font

// As far out as one may go, and everything in sight.
MatrixView whole_matrix(std::int64_t length, const QSizeF& plot);
MatrixView kept_inside(MatrixView view, std::int64_t length, const QSizeF& plot);
MatrixView zoomed(const MatrixView& view, const QPointF& about, double factor, std::int64_t length,
                  const QSizeF& plot);

constexpr double text_step = 1.0 / 12;  // from this near on, tokens have their text on the rulers

}  // namespace corpuscope::ui
