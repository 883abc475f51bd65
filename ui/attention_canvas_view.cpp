// Which part the canvas shows: moving, zooming, going back and forward, following the other views.

#include <algorithm>
#include <cmath>

#include "ui/attention_canvas_impl.h"

namespace corpuscope::ui {

// The keys that are in sight are the linked range; the sequence bar has the same axis.
void AttentionCanvas::Impl::tell_view() {
  if (!linked) return;
  const double first = std::max(picture.view.key, 0.0);
  const double end = std::min(picture.view.keys().position(plot().width()), double(picture.length));
  moving_here = true;
  selection.set_view(qint64(std::floor(first)), std::max<qint64>(qint64(std::ceil(end) - std::floor(first)), 1));
  moving_here = false;
}

void AttentionCanvas::Impl::show(const MatrixView& wish, bool tell) {
  const MatrixView view = kept_inside(wish, picture.length, plot());
  if (view == picture.view) return;
  picture.view = view;
  if (tell) {
    moved_here = true;
    tell_view();
  }
  settle.start();
  changed();
  emit canvas.view_changed();
  if (tell) emit canvas.moved();
}

void AttentionCanvas::Impl::remember() {
  history.visit(picture.view);
  emit canvas.history_changed();
}

// What is not yet remembered counts as a place too.
void AttentionCanvas::Impl::go(bool forward) {
  if (settle.isActive()) {
    settle.stop();
    remember();
  }
  if (!(forward ? history.can_go_forward() : history.can_go_back())) return;
  show(forward ? history.forward() : history.back(), true);
  settle.stop();
  emit canvas.history_changed();
}

// Somebody else shows another range: the square on the diagonal with these keys.
void AttentionCanvas::Impl::follow_view() {
  if (moving_here || !linked || picture.length <= 0) return;
  moved_here = false;
  const double count = selection.view_count() > 0 ? double(selection.view_count()) : double(picture.length);
  const QSizeF size = plot();
  MatrixView view;
  view.step = std::clamp(count / std::max(std::min(size.width(), size.height()), 1.0), 1 / largest_token,
                         whole_matrix(picture.length, size).step);
  const double middle = double(selection.view_first()) + count / 2;
  view.key = middle - size.width() * view.step / 2;
  view.query = middle - size.height() * view.step / 2;
  show(view, false);
}

void AttentionCanvas::Impl::move(double across, double down) {
  MatrixView view = picture.view;
  view.key += across * view.step;
  view.query += down * view.step;
  show(view, true);
}

void AttentionCanvas::Impl::end_box(const QPointF& at) {
  const QRectF box = QRectF(*box_begin, at).normalized().intersected(QRectF(QPointF(0, 0), plot()));
  box_begin.reset();
  picture.box = {};
  canvas.unsetCursor();
  canvas.update();
  constexpr double least = 4;  // pixels: less is a slip of the hand
  if (box.width() >= least && box.height() >= least) show(view_of_box(picture.view, box, picture.length, plot()), true);
}

void AttentionCanvas::Impl::zoom_by_key(double factor) {
  const QSizeF size = plot();
  QPointF about(size.width() / 2, size.height() / 2);
  if (picture.cursor >= 0) {
    const QPointF cell(picture.view.keys().pixel(double(picture.cursor) + 0.5),
                       picture.view.queries().pixel(double(picture.cursor) + 0.5));
    if (QRectF(QPointF(0, 0), size).contains(cell)) about = cell;
  }
  show(zoomed(picture.view, about, factor, picture.length, size), true);
}

void AttentionCanvas::set_view(const MatrixView& view) { impl_->show(view, true); }
void AttentionCanvas::show_all() { impl_->show(whole_matrix(impl_->picture.length, impl_->plot()), true); }

void AttentionCanvas::show_range(qint64 first, qint64 count) {
  const auto& geometry = impl_->picture.geometry;
  const bool causal = geometry && geometry->pattern.causal;
  impl_->show(view_of_range(first, std::max<qint64>(count, 1), impl_->picture.length, impl_->plot(), causal), true);
}

void AttentionCanvas::show_place(const workspace::MatrixPlace& place) {
  impl_->show(view_of_place(place, impl_->picture.length, impl_->plot()), true);
}

workspace::MatrixPlace AttentionCanvas::place() const {
  const auto range = [this](const Scale& scale, double pixels) {
    const auto last = impl_->picture.length - 1;
    const auto first = std::clamp<std::int64_t>(std::int64_t(std::floor(scale.first)), 0, last);
    const auto end = std::clamp<std::int64_t>(std::int64_t(std::ceil(scale.position(pixels))), first + 1, last + 1);
    return std::pair(first, end - first);
  };
  const auto [query, queries] = range(impl_->picture.view.queries(), impl_->plot().height());
  const auto [key, keys] = range(impl_->picture.view.keys(), impl_->plot().width());
  return {query, queries, key, keys};
}

void AttentionCanvas::zoom(double factor) { impl_->zoom_by_key(factor); }
void AttentionCanvas::back() { impl_->go(false); }
void AttentionCanvas::forward() { impl_->go(true); }

}  // namespace corpuscope::ui
