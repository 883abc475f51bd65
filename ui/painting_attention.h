#pragma once
// The picture of the attention canvas: the frame with its rulers, borders, cross-hair and legend.

#include "ui/matrix_view.h"
#include "ui/painting_frame.h"

namespace corpuscope::ui {

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
  std::vector<workspace::Bookmark> bookmarks;
  std::vector<workspace::Edge> edges;  // of single tokens, for a near view
  std::int64_t step_query = -1, step_key = -1;   // of the path that is walked along
  std::int64_t cursor = -1, hover = -1;          // the linked ones
  std::int64_t hover_query = -1, hover_key = -1;  // under the mouse
  QString empty_text;                             // what to do where there is nothing to show
  QString far_note;                               // said where weights only come nearer
};

// Legend of what the frame shows: levels or weights, threshold, blind spots.
void paint_legend(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors);
bool shows_edges(const AttentionPicture& picture);  // single weights drawn where a cell is large enough for a mark in it
QColor faded(QColor color, double alpha);

// Bookmarks as flags on both rulers, and where they are in the plot; the one whose flag is under a point, null: none.
void paint_bookmarks(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors);
const workspace::Bookmark* flag_at(const QSizeF& size, const QFont& font, const AttentionPicture& picture, const QPointF& point);

// Numbers or tokens, documents and segment borders along both axes.
void paint_rulers(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors);
void paint_hover_labels(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors);

double ruler_band(const QFont& small);  // how far documents and segment borders reach from the plot, in pixels
QRectF attention_plot(const QSizeF& size, const QFont& font);  // where the matrix lies, without the rulers
void paint_attention(QPainter& painter, const QSizeF& size, const AttentionPicture& picture);  // in its font

constexpr double text_step = 1.0 / 12;  // from this near on, tokens have their text on the rulers

}  // namespace corpuscope::ui
