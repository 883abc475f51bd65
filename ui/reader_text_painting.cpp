#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "ui/colors.h"
#include "ui/reader_margins.h"
#include "ui/reader_text.h"

namespace corpuscope::ui {

const TokenSource* ReaderText::source(qint64 token) const {
  const auto found = std::lower_bound(sources_.begin(), sources_.end(), token,
                                      [](const TokenSource& s, qint64 wanted) { return s.token < wanted; });
  return found != sources_.end() && found->token == token ? &*found : nullptr;
}

QColor ReaderText::tint_of(qint64 token, bool dark) const {
  if (tint_ == Tint::surprise) {
    const qint64 at = token - bits_first_;
    return surprise_tint(at >= 0 && at < qint64(bits_.size()) ? double(bits_[std::size_t(at)]) : 0, dark);
  }
  if (tint_ == Tint::none) return Qt::transparent;
  const auto found = std::ranges::lower_bound(shares_, token, {}, &TokenShare::token);
  const bool known = found != shares_.end() && found->token == token;
  return known ? share_tint(found->share, largest_share_, dark) : QColor(Qt::transparent);
}

QPointF ReaderText::origin(int y) const { return {double(text_left() - horizontalScrollBar()->value()), double(y)}; }

QRect ReaderText::token_rectangle(qint64 token) const {
  if (!document() || !layout_.has_tokens()) return {};
  int y = -top_.row * layout_.row_height();
  for (int piece = top_.piece; piece < document()->count() && y < viewport()->height(); ++piece) {
    const auto& laid = layout_.piece(piece);
    for (const auto& span : laid.tokens)
      if (span.token == token)
        for (const auto& box : layout_.rectangles(laid, span, origin(y)))
          if (box.bottom() > 0 && box.top() < viewport()->height()) return box.toAlignedRect();
    y += laid.rows() * layout_.row_height();
  }
  return {};
}

void ReaderText::paint_token(QPainter& painter, const LaidOut& laid, const TokenSpan& span, int y) const {
  const bool dark = is_dark(palette());
  const Theme& colors = theme(dark);
  const bool at_cursor = cursor_ >= 0 && span.token >= cursor_ && span.token < cursor_ + cursor_count_;
  const TokenSource* from = source(span.token);
  const QColor tint = tint_of(span.token, dark);
  if (!at_cursor && !from && span.token != hover_ && tint.alpha() == 0) return;
  for (const QRectF& box : layout_.rectangles(laid, span, origin(y))) {
    const QRectF inner = box.adjusted(0, 1, 0, -1);
    painter.fillRect(inner, tint);
    if (from) {
      QColor level = level_color(from->level, dark);
      painter.fillRect(QRectF(inner.left(), inner.bottom() - 3, inner.width(), 3), level);
      level.setAlphaF(0.15f + 0.3f * (strongest_ > 0 ? from->weight / strongest_ : 0));
      painter.fillRect(inner, level);
    }
    if (span.token == hover_) {
      QColor shade = colors.hover;
      shade.setAlphaF(0.22f);
      painter.fillRect(inner, shade);
    }
    if (at_cursor) {
      QColor shade = colors.cursor;
      shade.setAlphaF(0.25f);
      painter.fillRect(inner, shade);
      painter.setPen(QPen(colors.cursor, 1.5));
      painter.drawRect(inner.adjusted(-0.5, 0.5, 0.5, -0.5));
    }
  }
}

void ReaderText::paint_tokens(QPainter& painter, const LaidOut& laid, int y) const {
  const int first_row = std::max(0, -y / layout_.row_height());
  const int last_row = std::min(laid.rows() - 1, (viewport()->height() - y) / layout_.row_height());
  if (last_row < first_row) return;
  const int from = laid.layout.lineAt(first_row).textStart();
  const QTextLine last = laid.layout.lineAt(last_row);
  const int to = last.textStart() + last.textLength();
  for (const auto& span : laid.tokens)
    if (span.to >= from && span.from <= to) paint_token(painter, laid, span, y);
}

void ReaderText::paint_number(QPainter& painter, int piece, int y) const {
  const auto& at = document()->piece(piece);
  painter.setFont(font());
  painter.setPen(theme(is_dark(palette())).quiet_text);
  const QRect box(0, y, text_left() - 2 * reader_margin, layout_.row_height());
  painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, at.continues ? QStringLiteral("↳") : QString::number(at.line));
}

void ReaderText::paint_piece(QPainter& painter, int piece, int y) const {
  const auto& laid = layout_.piece(piece);
  painter.setClipRect(QRect(text_left() - reader_margin / 2, 0, viewport()->width(), viewport()->height()));
  paint_tokens(painter, laid, y);
  painter.setPen(palette().color(QPalette::Text));
  laid.layout.draw(&painter, origin(y));
  painter.setClipping(false);
  if (y > -layout_.row_height()) paint_number(painter, piece, y);
}

void ReaderText::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  painter.fillRect(viewport()->rect(), palette().color(QPalette::Base));
  if (!document()) return;
  const int widest = layout_.widest();
  int y = -top_.row * layout_.row_height();
  for (int piece = top_.piece; piece < document()->count() && y < viewport()->height(); ++piece) {
    paint_piece(painter, piece, y);
    y += layout_.piece(piece).rows() * layout_.row_height();
  }
  const QColor line = theme(is_dark(palette())).line;
  painter.fillRect(QRect(text_left() - reader_margin - 1, 0, 1, viewport()->height()), line);
  // Longer lines came into view.
  if (!wrap_ && layout_.widest() > widest) QMetaObject::invokeMethod(this, [this] { update_scroll_bars(); }, Qt::QueuedConnection);
}

}  // namespace corpuscope::ui
