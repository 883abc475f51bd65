#include <QKeyEvent>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "ui/reader_margins.h"
#include "ui/reader_text.h"

namespace corpuscope::ui {

void ReaderText::wheelEvent(QWheelEvent* event) {
  if (std::abs(event->angleDelta().x()) > std::abs(event->angleDelta().y()) || event->modifiers() & Qt::ShiftModifier) {
    QAbstractScrollArea::wheelEvent(event);
    return;
  }
  in_sight_ = -1;
  wheel_ += event->angleDelta().y();
  constexpr int a_row = 40;  // a notch of the wheel, 120, is three rows
  move_rows(-(wheel_ / a_row));
  wheel_ %= a_row;
  event->accept();
}

qint64 ReaderText::token_under(const QPoint& point) const {
  if (!document() || point.x() < text_left() - reader_margin) return -1;
  int row = point.y() / layout_.row_height() + top_.row;
  for (int piece = top_.piece; piece < document()->count(); ++piece) {
    const auto& laid = layout_.piece(piece);
    if (row < laid.rows())
      return ReaderLayout::token_at(laid, row, point.x() - text_left() + horizontalScrollBar()->value());
    row -= laid.rows();
  }
  return -1;
}

void ReaderText::choose(qint64 token, bool extend) {
  if (!extend || !layout_.is_here(anchor_)) anchor_ = token;
  head_ = token;
  cursor_ = std::min(anchor_, head_);
  cursor_count_ = std::abs(head_ - anchor_) + 1;
  column_ = -1;
  viewport()->update();
}

void ReaderText::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const qint64 token = token_under(event->position().toPoint());
  if (token < 0) return;
  pressed_ = true;
  choose(token, event->modifiers() & Qt::ShiftModifier);
}

void ReaderText::mouseMoveEvent(QMouseEvent* event) {
  const qint64 token = token_under(event->position().toPoint());
  emit token_hovered(token);
  if (pressed_ && token >= 0 && token != head_) choose(token, true);
}

void ReaderText::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !pressed_) return;
  pressed_ = false;
  emit tokens_chosen(cursor_, cursor_count_);
}

bool ReaderText::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::Leave) emit token_hovered(-1);
  return QAbstractScrollArea::viewportEvent(event);
}

void ReaderText::choose_by_key(qint64 token, bool extend) {
  choose(token, extend);
  emit tokens_chosen(cursor_, cursor_count_);
  show_token(token);
}

void ReaderText::step(qint64 tokens, bool extend) {
  const qint64 last = layout_.last_token();
  if (last < layout_.first_token()) return;
  choose_by_key(layout_.is_here(head_) ? std::clamp(head_ + tokens, layout_.first_token(), last) : visible_tokens().first, extend);
}

void ReaderText::step_row(int rows, bool extend) {
  const QRect start = token_rectangle(head_);
  if (start.isEmpty()) return move_rows(rows);
  const int x = column_ >= 0 ? column_ : start.center().x();
  // The end of a line and blank lines below it are often one token: the way goes on until another is met.
  constexpr int farthest = 6;
  for (int step = 1; step <= farthest; ++step) {
    const auto wanted_y = [&] { return token_rectangle(head_).center().y() + step * rows * layout_.row_height(); };
    if (wanted_y() < 0 || wanted_y() >= visible_rows() * layout_.row_height()) move_rows(rows);
    const qint64 token = token_under({x, wanted_y()});
    if (token < 0 || (token - head_) * rows <= 0) continue;
    choose_by_key(token, extend);
    column_ = x;
    return;
  }
}

void ReaderText::keyPressEvent(QKeyEvent* event) {
  if (!document()) return;
  const bool control = event->modifiers() & Qt::ControlModifier, extend = event->modifiers() & Qt::ShiftModifier;
  switch (event->key()) {
    case Qt::Key_Left: return step(-1, extend);
    case Qt::Key_Right: return step(1, extend);
    case Qt::Key_Up: return control ? move_rows(-1) : step_row(-1, extend);
    case Qt::Key_Down: return control ? move_rows(1) : step_row(1, extend);
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
    case Qt::Key_Home:
    case Qt::Key_End: in_sight_ = -1; break;
    default: break;
  }
  switch (event->key()) {
    case Qt::Key_PageUp: return move_rows(-(visible_rows() - 1));
    case Qt::Key_PageDown: return move_rows(visible_rows() - 1);
    case Qt::Key_Home: return go_to({});
    case Qt::Key_End: return go_to({document()->count() - 1, 0});
    default: QAbstractScrollArea::keyPressEvent(event);
  }
}

void ReaderText::focusInEvent(QFocusEvent* event) {
  emit focused();
  QAbstractScrollArea::focusInEvent(event);
}

}  // namespace corpuscope::ui
