#include "ui/reader_text.h"

#include <QFontDatabase>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "ui/colors.h"
#include "ui/names.h"

namespace corpuscope::ui {

namespace {

constexpr int kept_pieces = 400;
constexpr int widest_measure = 110;  // characters in a line of prose; longer lines are hard to follow
constexpr int margin = 8;

QColor kind_color(TextKind kind, bool dark) {
  switch (kind) {
    case TextKind::keyword: return dark ? QColor(0x8f, 0xb8, 0xf0) : QColor(0x1c, 0x4f, 0xa8);
    case TextKind::comment: return dark ? QColor(0x8d, 0x9a, 0x8f) : QColor(0x66, 0x76, 0x68);
    case TextKind::string: return dark ? QColor(0x9f, 0xcf, 0xa0) : QColor(0x2a, 0x6e, 0x35);
    case TextKind::number: return dark ? QColor(0xc9, 0xb0, 0xe8) : QColor(0x6d, 0x3f, 0x9c);
    case TextKind::plain: break;
  }
  return {};
}

// How many UTF-16 units a UTF-8 text takes.
int units(std::string_view utf8) {
  int count = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    count += (byte & 0xc0) != 0x80;
    count += byte >= 0xf0;
  }
  return count;
}

}  // namespace

ReaderText::ReaderText(QWidget* parent) : QAbstractScrollArea(parent), cache_(kept_pieces) {
  setObjectName(QStringLiteral("reader_text"));
  setAccessibleName(tr("Text of the document"));
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  viewport()->setMouseTracking(true);
  viewport()->setCursor(Qt::IBeamCursor);
  verticalScrollBar()->setSingleStep(3);
  forget_layout();
}

void ReaderText::set_document(std::shared_ptr<const DocumentText> document) {
  document_ = std::move(document);
  starts_.reset();
  bits_.clear();
  sources_.clear();
  top_ = {};
  horizontalScrollBar()->setValue(0);
  forget_layout();
}

void ReaderText::set_tokens(std::shared_ptr<const std::vector<std::int64_t>> starts, qint64 first) {
  starts_ = std::move(starts);
  first_token_ = first;
  cache_.clear();
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
  forget_layout();
}

void ReaderText::set_monospaced(bool monospaced) {
  monospaced_ = monospaced;
  forget_layout();
}

void ReaderText::set_tinted(bool tinted) {
  tinted_ = tinted;
  viewport()->update();
}

// ---- layout ----

void ReaderText::forget_layout() {
  QFont font = monospaced_ ? QFontDatabase::systemFont(QFontDatabase::FixedFont) : this->font();
  if (monospaced_) font.setPointSizeF(this->font().pointSizeF());
  viewport()->setFont(font);
  const QFontMetrics metrics(font);
  row_height_ = metrics.lineSpacing() + (monospaced_ ? 2 : 5);
  ascent_ = metrics.ascent() + (monospaced_ ? 1 : 2);
  const qint64 offset = document_ ? document_->piece(top_.piece).offset : 0;
  cache_.clear();
  widest_ = 0;
  estimate_rows();
  if (document_) go_to(row_of_offset(offset));
  update_scroll_bars();
  viewport()->update();
}

int ReaderText::text_left() const {
  if (!document_) return margin;
  const int digits = std::max<int>(3, int(std::log10(double(document_->lines()))) + 1);
  return margin + digits * QFontMetrics(font()).horizontalAdvance(u'0') + 2 * margin;
}

int ReaderText::text_width() const {
  const int available = std::max(viewport()->width() - text_left() - 2 * margin, 80);
  if (monospaced_) return available;
  return std::min(available, widest_measure * viewport()->fontMetrics().averageCharWidth());
}

// How many rows each piece will take is not known before it is laid out, and laying out everything would take
// seconds; the scroll bar works with estimates, the rows on the screen are exact.
void ReaderText::estimate_rows() {
  rows_before_.clear();
  if (!document_ || !wrap_) return;
  const int in_a_row = std::max(text_width() / std::max(viewport()->fontMetrics().averageCharWidth(), 1), 1);
  rows_before_.reserve(document_->count() + 1);
  qint64 rows = 0;
  for (int piece = 0; piece < document_->count(); ++piece) {
    rows_before_.push_back(rows);
    rows += std::max(1, (document_->piece(piece).length + in_a_row - 1) / in_a_row);
  }
  rows_before_.push_back(rows);
}

qint64 ReaderText::rows_before(int piece) const { return rows_before_.empty() ? piece : rows_before_[piece]; }

QVector<QTextLayout::FormatRange> ReaderText::formats(int piece, std::string_view text) const {
  QVector<QTextLayout::FormatRange> ranges;
  if (!document_->language()) return ranges;
  std::vector<TextSpan> spans;
  scan_line(*document_->language(), text, document_->piece(piece).state, &spans);
  const bool dark = is_dark(palette());
  int byte = 0, at = 0;
  for (const auto& span : spans) {
    at += units(text.substr(byte, span.start - byte));
    const int length = units(text.substr(span.start, span.count));
    QTextCharFormat format;
    format.setForeground(kind_color(span.kind, dark));
    if (span.kind == TextKind::comment && !monospaced_) format.setFontItalic(true);
    if (span.kind == TextKind::keyword) format.setFontWeight(QFont::DemiBold);
    ranges.append({at, length, format});
    at += length;
    byte = span.start + span.count;
  }
  return ranges;
}

std::vector<ReaderText::TokenSpan> ReaderText::token_spans(int piece, std::string_view text) const {
  std::vector<TokenSpan> spans;
  if (!starts_ || starts_->size() < 2) return spans;
  const auto& starts = *starts_;
  const auto begin = document_->piece(piece).offset;
  // The line's end belongs to this piece too, so that its tokens can be seen and clicked.
  const auto end = piece + 1 < document_->count() ? document_->piece(piece + 1).offset
                                                  : std::int64_t(document_->text().size());
  auto at = std::upper_bound(starts.begin(), starts.end() - 1, begin) - starts.begin() - 1;
  std::int64_t byte = 0;
  int unit = 0;
  const auto advance_to = [&](std::int64_t offset) {
    const auto target = std::clamp<std::int64_t>(offset - begin, byte, std::int64_t(text.size()));
    unit += units(text.substr(byte, target - byte));
    byte = target;
    return unit;
  };
  for (at = std::max<std::ptrdiff_t>(at, 0); at + 1 < std::ptrdiff_t(starts.size()) && starts[at] < end; ++at) {
    if (starts[at + 1] <= begin && starts[at + 1] > starts[at]) continue;
    const int from = advance_to(starts[at]);
    spans.push_back({from, advance_to(starts[at + 1]), first_token_ + at});
  }
  return spans;
}

void ReaderText::lay_out(int piece, LaidOut& out) const {
  const auto text = document_->text_of(piece);
  out.layout.setText(to_text(text));
  out.layout.setFont(viewport()->font());
  out.layout.setCacheEnabled(true);
  QTextOption option;
  option.setWrapMode(wrap_ ? QTextOption::WrapAtWordBoundaryOrAnywhere : QTextOption::NoWrap);
  option.setTabStopDistance(4 * viewport()->fontMetrics().horizontalAdvance(u' '));
  out.layout.setTextOption(option);
  out.layout.setFormats(formats(piece, text));
  out.layout.beginLayout();
  for (QTextLine line = out.layout.createLine(); line.isValid(); line = out.layout.createLine()) {
    line.setLineWidth(wrap_ ? text_width() : 1e7);
    // Other fonts may stand in for missing characters; rows stay evenly spaced.
    line.setPosition({0, double((out.layout.lineCount() - 1) * row_height_) + ascent_ - line.ascent()});
    widest_ = std::max(widest_, int(std::ceil(line.naturalTextWidth())));
  }
  out.layout.endLayout();
  out.tokens = token_spans(piece, text);
}

ReaderText::LaidOut& ReaderText::laid_out(int piece) const {
  if (LaidOut* known = cache_.object(piece)) return *known;
  auto* fresh = new LaidOut;
  lay_out(piece, *fresh);
  cache_.insert(piece, fresh);
  return *fresh;
}

// ---- scrolling ----

int ReaderText::visible_rows() const { return std::max(viewport()->height() / row_height_, 1); }

void ReaderText::update_scroll_bars() {
  syncing_ = true;
  const qint64 rows = document_ ? rows_before(document_->count()) : 0;
  verticalScrollBar()->setRange(0, int(std::max<qint64>(rows - visible_rows(), 0)));
  verticalScrollBar()->setPageStep(visible_rows());
  if (document_) {
    const qint64 estimated = rows_before(top_.piece + 1) - rows_before(top_.piece);
    verticalScrollBar()->setValue(int(rows_before(top_.piece) + std::min<qint64>(top_.row, estimated - 1)));
  }
  const int room = viewport()->width() - text_left() - margin;
  horizontalScrollBar()->setRange(0, wrap_ ? 0 : std::max(widest_ - room, 0));
  horizontalScrollBar()->setPageStep(std::max(room, 1));
  horizontalScrollBar()->setSingleStep(20);
  syncing_ = false;
}

void ReaderText::go_to(Anchor top) {
  top_ = top;
  keep_last_row_at_bottom();
  update_scroll_bars();
  viewport()->update();
  emit scrolled();
}

void ReaderText::move_rows(qint64 rows) {
  if (!document_) return;
  Anchor top = top_;
  for (; rows < 0 && (top.row > 0 || top.piece > 0); ++rows) {
    if (top.row == 0) top.row = laid_out(--top.piece).rows();
    --top.row;
  }
  for (; rows > 0; --rows) {
    if (++top.row < laid_out(top.piece).rows()) continue;
    if (top.piece + 1 == document_->count()) {
      --top.row;
      break;
    }
    top = {top.piece + 1, 0};
  }
  go_to(top);
}

void ReaderText::keep_last_row_at_bottom() {
  if (!document_) return;
  qint64 below = -top_.row;
  for (int piece = top_.piece; piece < document_->count() && below < visible_rows(); ++piece)
    below += laid_out(piece).rows();
  for (; below < visible_rows() && (top_.row > 0 || top_.piece > 0); ++below) {
    if (top_.row == 0) top_.row = laid_out(--top_.piece).rows();
    --top_.row;
  }
}

void ReaderText::scrollContentsBy(int, int dy) {
  if (syncing_ || !document_) return;
  if (dy != 0) {
    const int value = verticalScrollBar()->value();
    if (value == verticalScrollBar()->maximum()) {
      go_to({document_->count() - 1, 0});
      return;
    }
    int piece = value;
    if (!rows_before_.empty())
      piece = int(std::upper_bound(rows_before_.begin(), rows_before_.end(), value) - rows_before_.begin()) - 1;
    piece = std::clamp(piece, 0, document_->count() - 1);
    go_to({piece, std::min(int(value - rows_before(piece)), laid_out(piece).rows() - 1)});
  }
  viewport()->update();
}

void ReaderText::wheelEvent(QWheelEvent* event) {
  if (std::abs(event->angleDelta().x()) > std::abs(event->angleDelta().y()) || event->modifiers() & Qt::ShiftModifier) {
    QAbstractScrollArea::wheelEvent(event);
    return;
  }
  wheel_ += event->angleDelta().y();
  constexpr int a_row = 40;  // a notch of the wheel, 120, is three rows
  move_rows(-(wheel_ / a_row));
  wheel_ %= a_row;
  event->accept();
}

void ReaderText::resizeEvent(QResizeEvent*) {
  if (wrap_) {
    forget_layout();
  } else {
    keep_last_row_at_bottom();
    update_scroll_bars();
  }
  emit scrolled();
}

ReaderText::Anchor ReaderText::row_of_offset(qint64 offset) const {
  const int piece = document_->piece_at(offset);
  const auto& laid = laid_out(piece);
  const auto text = document_->text_of(piece);
  const auto bytes = std::clamp<qint64>(offset - document_->piece(piece).offset, 0, qint64(text.size()));
  const QTextLine line = laid.layout.lineForTextPosition(units(text.substr(0, bytes)));
  return {piece, line.isValid() ? line.lineNumber() : 0};
}

// Where the row is on the screen already nothing moves, so that the eye keeps its place.
void ReaderText::make_visible(Anchor row) {
  const int rows = visible_rows();
  int y = -top_.row;
  for (int piece = top_.piece; piece <= row.piece && y < rows; ++piece) {
    if (piece == row.piece && y + row.row >= 0 && y + row.row < rows) return;
    y += laid_out(piece).rows();
  }
  top_ = row;
  move_rows(-rows / 3);
}

void ReaderText::show_offset(qint64 offset) {
  if (document_) make_visible(row_of_offset(offset));
}

void ReaderText::show_token(qint64 token) {
  if (!starts_ || token < first_token_ || token - first_token_ >= qint64(starts_->size())) return;
  show_offset((*starts_)[token - first_token_]);
}

qint64 ReaderText::first_line() const { return document_ ? document_->piece(top_.piece).line : 1; }

qint64 ReaderText::offset_of_line(qint64 line) const {
  if (!document_) return 0;
  int low = 0, high = document_->count() - 1;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    document_->piece(middle).line < line ? low = middle + 1 : high = middle;
  }
  return document_->piece(low).offset;
}

std::pair<qint64, qint64> ReaderText::visible_tokens() const {
  if (!document_ || !starts_) return {0, 0};
  int piece = top_.piece, rows = -top_.row;
  while (piece < document_->count() && rows <= visible_rows()) rows += laid_out(piece++).rows();
  const auto begin = document_->piece(top_.piece).offset;
  const auto end = piece < document_->count() ? document_->piece(piece).offset : qint64(document_->text().size());
  const auto& starts = *starts_;
  const auto index = [&](qint64 offset) { return std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin(); };
  const qint64 last = std::min<qint64>(index(end), qint64(starts.size()) - 1);
  return {first_token_ + std::max<qint64>(index(begin) - 1, 0), first_token_ + last};
}

// ---- mouse and keys ----

qint64 ReaderText::token_under(const QPoint& point) const {
  if (!document_ || point.x() < text_left() - margin) return -1;
  int row = point.y() / row_height_ + top_.row;
  for (int piece = top_.piece; piece < document_->count(); ++piece) {
    const auto& laid = laid_out(piece);
    if (row >= laid.rows()) {
      row -= laid.rows();
      continue;
    }
    const double x = point.x() - text_left() + horizontalScrollBar()->value();
    const QTextLine line = laid.layout.lineAt(row);
    const bool past_end = x > line.naturalTextWidth();
    const int unit = past_end ? line.textStart() + line.textLength() : line.xToCursor(x, QTextLine::CursorOnCharacter);
    qint64 found = -1;
    for (const auto& span : laid.tokens) {
      if (span.from > unit) break;
      if (span.to > unit || (past_end && span.to >= unit)) {
        found = span.token;
        if (!past_end) break;
      }
    }
    return found;
  }
  return -1;
}

void ReaderText::choose(qint64 token, bool extend) {
  if (!extend || !is_here(anchor_)) anchor_ = token;
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

QString ReaderText::chosen_text() const {
  if (!starts_ || cursor_count_ < 1) return {};
  const qint64 first = std::max(cursor_, first_token_), last = std::min(cursor_ + cursor_count_ - 1, last_token());
  if (first > last) return {};
  const auto from = (*starts_)[first - first_token_], to = (*starts_)[last + 1 - first_token_];
  return to_text(std::string_view(document_->text()).substr(from, to - from));
}

qint64 ReaderText::cursor_line() const {
  if (!document_ || !is_here(cursor_)) return first_line();
  return document_->piece(document_->piece_at((*starts_)[cursor_ - first_token_])).line;
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
  const qint64 last = last_token();
  if (last < first_token_) return;
  choose_by_key(is_here(head_) ? std::clamp(head_ + tokens, first_token_, last) : visible_tokens().first, extend);
}

void ReaderText::step_row(int rows, bool extend) {
  const QRect start = token_rectangle(head_);
  if (start.isEmpty()) return move_rows(rows);
  const int x = column_ >= 0 ? column_ : start.center().x();
  // The end of a line and blank lines below it are often one token: the way goes on until another is met.
  constexpr int farthest = 6;
  for (int step = 1; step <= farthest; ++step) {
    const auto wanted_y = [&] { return token_rectangle(head_).center().y() + step * rows * row_height_; };
    if (wanted_y() < 0 || wanted_y() >= visible_rows() * row_height_) move_rows(rows);
    const qint64 token = token_under({x, wanted_y()});
    if (token < 0 || (token - head_) * rows <= 0) continue;
    choose_by_key(token, extend);
    column_ = x;
    return;
  }
}

void ReaderText::keyPressEvent(QKeyEvent* event) {
  if (!document_) return;
  const bool control = event->modifiers() & Qt::ControlModifier, extend = event->modifiers() & Qt::ShiftModifier;
  switch (event->key()) {
    case Qt::Key_Left: return step(-1, extend);
    case Qt::Key_Right: return step(1, extend);
    case Qt::Key_Up: return control ? move_rows(-1) : step_row(-1, extend);
    case Qt::Key_Down: return control ? move_rows(1) : step_row(1, extend);
    case Qt::Key_PageUp: return move_rows(-(visible_rows() - 1));
    case Qt::Key_PageDown: return move_rows(visible_rows() - 1);
    case Qt::Key_Home: return go_to({});
    case Qt::Key_End: return go_to({document_->count() - 1, 0});
    default: QAbstractScrollArea::keyPressEvent(event);
  }
}

void ReaderText::changeEvent(QEvent* event) {
  if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) forget_layout();
  QAbstractScrollArea::changeEvent(event);
}

// ---- painting ----

const TokenSource* ReaderText::source(qint64 token) const {
  const auto found = std::lower_bound(sources_.begin(), sources_.end(), token,
                                      [](const TokenSource& s, qint64 wanted) { return s.token < wanted; });
  return found != sources_.end() && found->token == token ? &*found : nullptr;
}

float ReaderText::bits_of(qint64 token) const {
  const qint64 at = token - bits_first_;
  return at >= 0 && at < qint64(bits_.size()) ? bits_[at] : 0.f;
}

std::vector<QRectF> ReaderText::rectangles(const LaidOut& laid, const TokenSpan& span, int y) const {
  std::vector<QRectF> all;
  const double left = text_left() - horizontalScrollBar()->value();
  const int from = laid.layout.lineForTextPosition(span.from).lineNumber();
  const double blank = viewport()->fontMetrics().averageCharWidth() * 0.6;
  for (int row = std::max(from, 0); row < laid.rows(); ++row) {
    const QTextLine line = laid.layout.lineAt(row);
    const int end = line.textStart() + line.textLength();
    const double a = line.cursorToX(std::max(span.from, line.textStart()));
    const double b = line.cursorToX(std::min(span.to, end));
    const double width = span.from == span.to ? blank : std::abs(b - a);
    all.emplace_back(left + std::min(a, b), y + row * row_height_, width, row_height_);
    if (span.to <= end) break;
  }
  return all;
}

QRect ReaderText::token_rectangle(qint64 token) const {
  if (!document_ || !starts_) return {};
  int y = -top_.row * row_height_;
  for (int piece = top_.piece; piece < document_->count() && y < viewport()->height(); ++piece) {
    const auto& laid = laid_out(piece);
    for (const auto& span : laid.tokens)
      if (span.token == token)
        for (const auto& box : rectangles(laid, span, y))
          if (box.bottom() > 0 && box.top() < viewport()->height()) return box.toAlignedRect();
    y += laid.rows() * row_height_;
  }
  return {};
}

void ReaderText::paint_token(QPainter& painter, const LaidOut& laid, const TokenSpan& span, int y) const {
  const bool dark = is_dark(palette());
  const Theme& colors = theme(dark);
  const bool at_cursor = cursor_ >= 0 && span.token >= cursor_ && span.token < cursor_ + cursor_count_;
  const TokenSource* from = source(span.token);
  const QColor tint = tinted_ ? surprise_tint(bits_of(span.token), dark) : QColor(Qt::transparent);
  if (!at_cursor && !from && span.token != hover_ && tint.alpha() == 0) return;
  for (const QRectF& box : rectangles(laid, span, y)) {
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
  const int first_row = std::max(0, -y / row_height_);
  const int last_row = std::min(laid.rows() - 1, (viewport()->height() - y) / row_height_);
  if (last_row < first_row) return;
  const int from = laid.layout.lineAt(first_row).textStart();
  const QTextLine last = laid.layout.lineAt(last_row);
  const int to = last.textStart() + last.textLength();
  for (const auto& span : laid.tokens)
    if (span.to >= from && span.from <= to) paint_token(painter, laid, span, y);
}

void ReaderText::paint_number(QPainter& painter, int piece, int y) const {
  const auto& at = document_->piece(piece);
  painter.setFont(font());
  painter.setPen(theme(is_dark(palette())).quiet_text);
  const QRect box(0, y, text_left() - 2 * margin, row_height_);
  painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, at.continues ? QStringLiteral("↳") : QString::number(at.line));
}

void ReaderText::paint_piece(QPainter& painter, int piece, int y) const {
  const auto& laid = laid_out(piece);
  painter.setClipRect(QRect(text_left() - margin / 2, 0, viewport()->width(), viewport()->height()));
  paint_tokens(painter, laid, y);
  painter.setPen(palette().color(QPalette::Text));
  laid.layout.draw(&painter, QPointF(text_left() - horizontalScrollBar()->value(), y));
  painter.setClipping(false);
  if (y > -row_height_) paint_number(painter, piece, y);
}

void ReaderText::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  painter.fillRect(viewport()->rect(), palette().color(QPalette::Base));
  if (!document_) return;
  const int widest = widest_;
  int y = -top_.row * row_height_;
  for (int piece = top_.piece; piece < document_->count() && y < viewport()->height(); ++piece) {
    paint_piece(painter, piece, y);
    y += laid_out(piece).rows() * row_height_;
  }
  const QColor line = theme(is_dark(palette())).line;
  painter.fillRect(QRect(text_left() - margin - 1, 0, 1, viewport()->height()), line);
  // Longer lines came into view.
  if (!wrap_ && widest_ > widest) QMetaObject::invokeMethod(this, [this] { update_scroll_bars(); }, Qt::QueuedConnection);
}

}  // namespace corpuscope::ui
