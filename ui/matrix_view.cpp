#include "ui/matrix_view.h"

#include <algorithm>
#include <cmath>

namespace corpuscope::ui {

MatrixView whole_matrix(std::int64_t length, const QSizeF& plot) {
  const double side = std::max(std::min(plot.width(), plot.height()), 1.0);
  MatrixView view{0, 0, std::max(double(length) / side, 1 / largest_token)};
  return kept_inside(view, length, plot);
}

MatrixView view_of_range(std::int64_t first, std::int64_t count, std::int64_t length, const QSizeF& plot, bool causal) {
  constexpr double around = 1.04, before = 0.75;
  MatrixView view;
  view.step = std::clamp(double(count) * around / std::max(std::min(plot.width(), plot.height()), 1.0), 1 / largest_token,
                         whole_matrix(length, plot).step);
  const double middle = double(first) + double(count) / 2;
  const double spare = std::max(plot.width() - plot.height(), 0.0) * view.step;
  view.key = middle - plot.width() * view.step / 2 - (causal ? (before - 0.5) * spare : 0);
  view.query = middle - plot.height() * view.step / 2;
  return kept_inside(view, length, plot);
}

MatrixView view_of_place(const workspace::MatrixPlace& place, std::int64_t length, const QSizeF& plot) {
  constexpr double neighbours = 32;
  const bool pair = place.queries == 1 && place.keys == 1;
  const double queries = pair ? neighbours : double(place.queries), keys = pair ? neighbours : double(place.keys);
  MatrixView view;
  view.step = std::clamp(std::max(queries / std::max(plot.height(), 1.0), keys / std::max(plot.width(), 1.0)), 1 / largest_token,
                         whole_matrix(length, plot).step);
  view.key = double(place.key) + double(place.keys) / 2 - plot.width() * view.step / 2;
  view.query = double(place.query) + double(place.queries) / 2 - plot.height() * view.step / 2;
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

MatrixView resized(const MatrixView& view, const QSizeF& before, const QSizeF& now, std::int64_t length) {
  if (view.step >= whole_matrix(length, before).step) return whole_matrix(length, now);
  return kept_inside({view.query + (before.height() - now.height()) / 2 * view.step,
                      view.key + (before.width() - now.width()) / 2 * view.step, std::min(view.step, whole_matrix(length, now).step)},
                     length, now);
}

MatrixView continued(const MatrixView& before, const MatrixView& now, double factor, std::int64_t length, const QSizeF& plot) {
  if (before.step == now.step)
    return kept_inside({2 * now.query - before.query, 2 * now.key - before.key, now.step}, length, plot);
  const auto still = [&](double first_before, double first_now) { return (first_before - first_now) / (now.step - before.step); };
  const QPointF about(still(before.key, now.key), still(before.query, now.query));
  return zoomed(now, about, now.step < before.step ? factor : 1 / factor, length, plot);
}

}  // namespace corpuscope::ui
