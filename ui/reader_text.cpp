#include "ui/reader_text.h"

#include <QFontDatabase>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "ui/colors.h"
#include "ui/names.h"
#include "ui/reader_margins.h"

namespace corpuscope::ui {

ReaderText::ReaderText(QWidget* parent) : QAbstractScrollArea(parent) {
  setObjectName(QStringLiteral("reader_text"));
  setAccessibleName(tr("Text of the document"));
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  viewport()->setMouseTracking(true);
  viewport()->setCursor(Qt::IBeamCursor);
  verticalScrollBar()->setSingleStep(3);
  lay_out_anew();
}

void ReaderText::set_document(std::shared_ptr<const DocumentText> document) {
  bits_.clear();
  sources_.clear();
  shares_.clear();
  top_ = {};
  in_sight_ = -1;
  layout_.set_document(std::move(document));
  horizontalScrollBar()->setValue(0);
  lay_out_anew();
}

void ReaderText::set_tokens(std::shared_ptr<const std::vector<std::int64_t>> starts, qint64 first) {
  layout_.set_tokens(std::move(starts), first);
  viewport()->update();
}

void ReaderText::set_surprise(qint64 first, std::vector<float> bits) {
  bits_first_ = first;
  bits_ = std::move(bits);
  viewport()->update();
}

void ReaderText::set_sources(std::vector<TokenSource> sources) {
  sources_ = std::move(sources);
  std::sort(sources_.begin(), sources_.end(), [](const auto& a, const auto& b) { return a.token < b.token; });
  strongest_ = 0;
  for (const auto& source : sources_) strongest_ = std::max(strongest_, source.weight);
  viewport()->update();
}

void ReaderText::set_shares(std::vector<TokenShare> shares) {
  shares_ = std::move(shares);
  std::ranges::sort(shares_, {}, &TokenShare::token);
  largest_share_ = 0;
  for (const TokenShare& share : shares_) largest_share_ = std::max(largest_share_, share.share);
  viewport()->update();
}

void ReaderText::set_cursor(qint64 first, qint64 count) {
  if (first != cursor_ || count != cursor_count_) {
    anchor_ = first;
    head_ = first + count - 1;
  }
  cursor_ = first;
  cursor_count_ = count;
  viewport()->update();
}

void ReaderText::set_hover(qint64 token) {
  if (token == hover_) return;
  hover_ = token;
  viewport()->update();
}

void ReaderText::set_wrap(bool wrap) {
  wrap_ = wrap;
  lay_out_anew();
}

void ReaderText::set_monospaced(bool monospaced) {
  monospaced_ = monospaced;
  lay_out_anew();
}

void ReaderText::set_tint(Tint tint) {
  tint_ = tint;
  viewport()->update();
}

// ---- layout ----

void ReaderText::lay_out_anew() {
  QFont font = monospaced_ ? QFontDatabase::systemFont(QFontDatabase::FixedFont) : this->font();
  if (monospaced_) font.setPointSizeF(this->font().pointSizeF());
  viewport()->setFont(font);
  const qint64 offset = document() ? document()->piece(top_.piece).offset : 0;
  layout_.set_look({font, wrap_, monospaced_, is_dark(palette()), text_width()});
  if (document()) go_to(layout_.row_of(offset));
  update_scroll_bars();
  viewport()->update();
}

int ReaderText::text_left() const {
  if (!document()) return reader_margin;
  const int digits = std::max<int>(3, int(std::log10(double(document()->lines()))) + 1);
  return reader_margin + digits * QFontMetrics(font()).horizontalAdvance(u'0') + 2 * reader_margin;
}

int ReaderText::text_width() const {
  const int available = std::max(viewport()->width() - text_left() - 2 * reader_margin, 80);
  if (monospaced_) return available;
  return std::min(available, widest_measure * viewport()->fontMetrics().averageCharWidth());
}

// ---- scrolling ----

int ReaderText::visible_rows() const { return std::max(viewport()->height() / layout_.row_height(), 1); }

void ReaderText::update_scroll_bars() {
  syncing_ = true;
  const qint64 rows = document() ? layout_.rows_before(document()->count()) : 0;
  verticalScrollBar()->setRange(0, int(std::max<qint64>(rows - visible_rows(), 0)));
  verticalScrollBar()->setPageStep(visible_rows());
  if (document()) {
    const qint64 estimated = layout_.rows_before(top_.piece + 1) - layout_.rows_before(top_.piece);
    verticalScrollBar()->setValue(int(layout_.rows_before(top_.piece) + std::min<qint64>(top_.row, estimated - 1)));
  }
  const int room = viewport()->width() - text_left() - reader_margin;
  horizontalScrollBar()->setRange(0, wrap_ ? 0 : std::max(layout_.widest() - room, 0));
  horizontalScrollBar()->setPageStep(std::max(room, 1));
  horizontalScrollBar()->setSingleStep(20);
  syncing_ = false;
}

void ReaderText::go_to(RowPlace top) {
  top_ = top;
  keep_last_row_at_bottom();
  update_scroll_bars();
  viewport()->update();
  emit scrolled();
}

void ReaderText::move_rows(qint64 rows) {
  if (!document()) return;
  RowPlace top = top_;
  for (; rows < 0 && (top.row > 0 || top.piece > 0); ++rows) {
    if (top.row == 0) top.row = layout_.piece(--top.piece).rows();
    --top.row;
  }
  for (; rows > 0; --rows) {
    if (++top.row < layout_.piece(top.piece).rows()) continue;
    if (top.piece + 1 == document()->count()) {
      --top.row;
      break;
    }
    top = {top.piece + 1, 0};
  }
  go_to(top);
}

void ReaderText::keep_last_row_at_bottom() {
  if (!document()) return;
  qint64 below = -top_.row;
  for (int piece = top_.piece; piece < document()->count() && below < visible_rows(); ++piece)
    below += layout_.piece(piece).rows();
  for (; below < visible_rows() && (top_.row > 0 || top_.piece > 0); ++below) {
    if (top_.row == 0) top_.row = layout_.piece(--top_.piece).rows();
    --top_.row;
  }
}

void ReaderText::scrollContentsBy(int, int dy) {
  if (syncing_ || !document()) return;
  in_sight_ = -1;
  if (dy != 0) {
    const int value = verticalScrollBar()->value();
    if (value == verticalScrollBar()->maximum()) {
      go_to({document()->count() - 1, 0});
      return;
    }
    const int piece = layout_.piece_of_row(value);
    go_to({piece, std::min(int(value - layout_.rows_before(piece)), layout_.piece(piece).rows() - 1)});
  }
  viewport()->update();
}

void ReaderText::resizeEvent(QResizeEvent*) {
  if (wrap_) {
    lay_out_anew();
    show_token(in_sight_);
  } else {
    keep_last_row_at_bottom();
    update_scroll_bars();
  }
  emit scrolled();
}

// Where the row is on the screen already nothing moves, so that the eye keeps its place.
void ReaderText::make_visible(RowPlace row) {
  const int rows = visible_rows();
  int y = -top_.row;
  for (int piece = top_.piece; piece <= row.piece && y < rows; ++piece) {
    if (piece == row.piece && y + row.row >= 0 && y + row.row < rows) return;
    y += layout_.piece(piece).rows();
  }
  top_ = row;
  move_rows(-rows / 3);
}

void ReaderText::show_offset(qint64 offset) {
  if (document()) make_visible(layout_.row_of(offset));
}

void ReaderText::show_token(qint64 token) {
  if (!layout_.has_tokens() || (!layout_.is_here(token) && token != layout_.last_token() + 1)) return;
  show_offset(layout_.offset_of(token));
  in_sight_ = token;
}

qint64 ReaderText::first_line() const { return document() ? document()->piece(top_.piece).line : 1; }

qint64 ReaderText::offset_of_line(qint64 line) const {
  if (!document()) return 0;
  int low = 0, high = document()->count() - 1;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    document()->piece(middle).line < line ? low = middle + 1 : high = middle;
  }
  return document()->piece(low).offset;
}

std::pair<qint64, qint64> ReaderText::visible_tokens() const {
  if (!document() || !layout_.has_tokens()) return {0, 0};
  int piece = top_.piece, rows = -top_.row;
  while (piece < document()->count() && rows <= visible_rows()) rows += layout_.piece(piece++).rows();
  const auto begin = document()->piece(top_.piece).offset;
  const auto end = piece < document()->count() ? document()->piece(piece).offset : qint64(document()->text().size());
  return {layout_.token_of(begin), std::min(layout_.token_of(end), layout_.last_token()) + 1};
}

QString ReaderText::chosen_text() const {
  if (!layout_.has_tokens() || cursor_count_ < 1) return {};
  const qint64 first = std::max(cursor_, layout_.first_token());
  const qint64 last = std::min(cursor_ + cursor_count_ - 1, layout_.last_token());
  if (first > last) return {};
  const auto from = std::size_t(layout_.offset_of(first)), to = std::size_t(layout_.offset_of(last + 1));
  return to_text(std::string_view(document()->text()).substr(from, to - from));
}

qint64 ReaderText::cursor_line() const {
  if (!document() || !layout_.is_here(cursor_)) return first_line();
  return document()->piece(document()->piece_at(layout_.offset_of(cursor_))).line;
}

void ReaderText::changeEvent(QEvent* event) {
  if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) lay_out_anew();
  QAbstractScrollArea::changeEvent(event);
}

}  // namespace corpuscope::ui
