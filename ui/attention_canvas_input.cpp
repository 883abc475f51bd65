// What mouse, touchpad and keys do on the canvas.

#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QToolTip>
#include <QWheelEvent>
#include <cmath>

#include "ui/attention_canvas_impl.h"
#include "ui/names.h"

namespace corpuscope::ui {

void AttentionCanvas::Impl::hover(const QPointF& point) {
  const QPointF at = in_plot(point);
  const bool inside = QRectF(QPointF(0, 0), plot()).contains(at);
  const std::int64_t key = inside ? token_at(picture.view.keys(), at.x(), picture.length) : -1;
  const std::int64_t query = inside ? token_at(picture.view.queries(), at.y(), picture.length) : -1;
  if (key == picture.hover_key && query == picture.hover_query) return;
  picture.hover_key = key;
  picture.hover_query = query;
  selection.set_hover(key);
  emit canvas.pair_hovered(query, key);
  canvas.update();
}

// Pinching on a touchpad; and what a bookmark is called.
bool AttentionCanvas::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto* bookmark = flag_at(size(), font(), impl_->picture, help->pos());
    QToolTip::showText(help->globalPos(), bookmark ? to_text(bookmark->name) : QString(), this);
    return true;
  }
  if (event->type() != QEvent::NativeGesture) return QWidget::event(event);
  const auto* gesture = static_cast<QNativeGestureEvent*>(event);
  if (gesture->gestureType() != Qt::ZoomNativeGesture) return QWidget::event(event);
  impl_->show(zoomed(impl_->picture.view, impl_->in_plot(gesture->position()), 1 + gesture->value(), impl_->picture.length,
                     impl_->plot()),
              true);
  event->accept();
  return true;
}

void AttentionCanvas::wheelEvent(QWheelEvent* event) {
  const QPoint angle = event->angleDelta(), pixels = event->pixelDelta();
  const bool zooms = event->modifiers() & Qt::ControlModifier;
  // Two fingers on a touchpad move by pixels; with Ctrl, as some systems report pinching, they zoom.
  if (!pixels.isNull() && event->phase() != Qt::NoScrollPhase && !zooms)
    impl_->move(-pixels.x(), -pixels.y());
  else if (std::abs(angle.x()) > std::abs(angle.y()) && !zooms)
    impl_->move(-angle.x(), 0);
  else
    impl_->show(zoomed(impl_->picture.view, impl_->in_plot(event->position()), std::pow(2, angle.y() / 240.0),
                       impl_->picture.length, impl_->plot()),
                true);
  event->accept();
}

void AttentionCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::BackButton) return back();
  if (event->button() == Qt::ForwardButton) return forward();
  if (event->button() != Qt::LeftButton) return;
  if (const auto* bookmark = flag_at(size(), font(), impl_->picture, event->position())) {
    emit bookmark_chosen(bookmark->id);
  } else if (event->modifiers() & Qt::ShiftModifier) {
    impl_->box_begin = impl_->in_plot(event->position());
    setCursor(Qt::CrossCursor);
  } else {
    impl_->dragged = event->position();
  }
}

void AttentionCanvas::mouseMoveEvent(QMouseEvent* event) {
  if (impl_->box_begin) {
    impl_->picture.box = QRectF(*impl_->box_begin, impl_->in_plot(event->position())).normalized();
    update();
  } else if (impl_->dragged && (event->buttons() & Qt::LeftButton)) {
    setCursor(Qt::ClosedHandCursor);
    const QPointF by = *impl_->dragged - event->position();
    impl_->dragged = event->position();
    impl_->move(by.x(), by.y());
  }
  impl_->hover(event->position());
}

void AttentionCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (impl_->box_begin) impl_->end_box(impl_->in_plot(event->position()));
  impl_->dragged.reset();
  unsetCursor();
}

void AttentionCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  impl_->hover(event->position());
  const std::int64_t token =
      event->modifiers() & Qt::ControlModifier ? impl_->picture.hover_key : impl_->picture.hover_query;
  if (token >= 0) impl_->selection.set_cursor(token);
}

// By key it is about the cursor's token.
void AttentionCanvas::contextMenuEvent(QContextMenuEvent* event) {
  impl_->hover(event->reason() == QContextMenuEvent::Mouse ? QPointF(event->pos()) : QPointF(-1, -1));
  const AttentionPicture& picture = impl_->picture;
  const bool pointed = picture.hover_query >= 0 && picture.hover_key >= 0;
  const qint64 query = pointed ? picture.hover_query : picture.cursor, key = pointed ? picture.hover_key : picture.cursor;
  if (query >= 0) emit menu_wanted(query, key, event->globalPos());
}

void AttentionCanvas::leaveEvent(QEvent*) { impl_->hover({-1, -1}); }

void AttentionCanvas::keyPressEvent(QKeyEvent* event) {
  const QSizeF size = impl_->plot();
  switch (event->key()) {
    case Qt::Key_Left: return impl_->move(-size.width() / 10, 0);
    case Qt::Key_Right: return impl_->move(size.width() / 10, 0);
    case Qt::Key_Up: return impl_->move(0, -size.height() / 10);
    case Qt::Key_Down: return impl_->move(0, size.height() / 10);
    case Qt::Key_PageUp: return impl_->move(-size.width() * 0.9, -size.width() * 0.9);
    case Qt::Key_PageDown: return impl_->move(size.width() * 0.9, size.width() * 0.9);
    case Qt::Key_Plus:
    case Qt::Key_Equal: return impl_->zoom_by_key(2);
    case Qt::Key_Minus: return impl_->zoom_by_key(0.5);
    case Qt::Key_Home: return show_all();
    case Qt::Key_B: return emit bookmark_wanted();
    case Qt::Key_Backspace: return event->modifiers() & Qt::ShiftModifier ? forward() : back();
    case Qt::Key_Escape:
      if (!impl_->box_begin) return QWidget::keyPressEvent(event);
      impl_->box_begin.reset();
      impl_->picture.box = {};
      unsetCursor();
      return update();
    default: QWidget::keyPressEvent(event);
  }
}

}  // namespace corpuscope::ui
