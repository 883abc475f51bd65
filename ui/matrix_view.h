#pragma once
// Which part of the N x N matrix a canvas shows, and how that moves: zooming, boxes, going to places.

#include "ui/painting.h"
#include "workspace/matrix_place.h"

namespace corpuscope::ui {

// The part of the matrix that the plot shows; step in logical pixels.
struct MatrixView {
  double query = 0, key = 0, step = 1;
  Scale queries() const { return {query, step}; }
  Scale keys() const { return {key, step}; }
  bool operator==(const MatrixView&) const = default;
};

// As far out as one may go, and everything in sight.
MatrixView whole_matrix(std::int64_t length, const QSizeF& plot);
// The square on the diagonal with these positions, and a bit around.
// Of a causal pattern, which has nothing behind the range, room to spare shows rather what lies before it.
MatrixView view_of_range(std::int64_t first, std::int64_t count, std::int64_t length, const QSizeF& plot, bool causal = false);
// What a rectangle of the plot shows, as large as it fits.
MatrixView view_of_box(const MatrixView& view, const QRectF& box, std::int64_t length, const QSizeF& plot);
// These queries and keys; around a single pair some neighbours.
MatrixView view_of_place(const workspace::MatrixPlace& place, std::int64_t length, const QSizeF& plot);
MatrixView kept_inside(MatrixView view, std::int64_t length, const QSizeF& plot);
MatrixView zoomed(const MatrixView& view, const QPointF& about, double factor, std::int64_t length,
                  const QSizeF& plot);

// Behind a change of the plot's size: everything stays everything, else the middle and the zoom stay.
MatrixView resized(const MatrixView& view, const QSizeF& before, const QSizeF& now, std::int64_t length);
// Where a movement from one view to another leads if it goes on: a drag by as much again; zooming about the same point by
// `factor` of the tile pyramid.
MatrixView continued(const MatrixView& before, const MatrixView& now, double factor, std::int64_t length, const QSizeF& plot);

}  // namespace corpuscope::ui
