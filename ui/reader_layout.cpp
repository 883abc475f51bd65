#include "ui/reader_layout.h"

#include <QFontMetrics>
#include <algorithm>
#include <cmath>

#include "ui/colors.h"
#include "ui/names.h"

namespace corpuscope::ui {

namespace {

constexpr int kept_pieces = 400;

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

ReaderLayout::ReaderLayout() : cache_(kept_pieces) {}

void ReaderLayout::set_document(std::shared_ptr<const DocumentText> document) {
  document_ = std::move(document);
  starts_.reset();
  set_look(look_);
}

void ReaderLayout::set_tokens(std::shared_ptr<const std::vector<std::int64_t>> starts, qint64 first) {
  starts_ = std::move(starts);
  first_token_ = first;
  cache_.clear();
}

void ReaderLayout::set_look(Look look) {
  look_ = std::move(look);
  const QFontMetrics metrics(look_.font);
  row_height_ = metrics.lineSpacing() + (look_.monospaced ? 2 : 5);
  ascent_ = metrics.ascent() + (look_.monospaced ? 1 : 2);
  cache_.clear();
  widest_ = 0;
  estimate_rows();
}

qint64 ReaderLayout::token_of(qint64 offset) const {
  const auto behind = std::upper_bound(starts_->begin(), starts_->end(), offset) - starts_->begin();
  return first_token_ + std::max<qint64>(behind - 1, 0);
}

void ReaderLayout::estimate_rows() {
  rows_before_.clear();
  if (!document_ || !look_.wrap) return;
  const int in_a_row = std::max(look_.width / std::max(QFontMetrics(look_.font).averageCharWidth(), 1), 1);
  rows_before_.reserve(std::size_t(document_->count()) + 1);
  qint64 rows = 0;
  for (int piece = 0; piece < document_->count(); ++piece) {
    rows_before_.push_back(rows);
    rows += std::max(1, (document_->piece(piece).length + in_a_row - 1) / in_a_row);
  }
  rows_before_.push_back(rows);
}

int ReaderLayout::piece_of_row(qint64 row) const {
  qint64 piece = row;
  if (!rows_before_.empty())
    piece = std::upper_bound(rows_before_.begin(), rows_before_.end(), row) - rows_before_.begin() - 1;
  return int(std::clamp<qint64>(piece, 0, document_->count() - 1));
}

QVector<QTextLayout::FormatRange> ReaderLayout::formats(int piece, std::string_view text) const {
  QVector<QTextLayout::FormatRange> ranges;
  if (!document_->language()) return ranges;
  std::vector<TextSpan> spans;
  scan_line(*document_->language(), text, document_->piece(piece).state, &spans);
  const bool dark = look_.dark;
  int byte = 0, at = 0;
  for (const auto& span : spans) {
    at += units(text.substr(byte, span.start - byte));
    const int length = units(text.substr(span.start, span.count));
    QTextCharFormat format;
    format.setForeground(kind_color(span.kind, dark));
    if (span.kind == TextKind::comment && !look_.monospaced) format.setFontItalic(true);
    if (span.kind == TextKind::keyword) format.setFontWeight(QFont::DemiBold);
    ranges.append({at, length, format});
    at += length;
    byte = span.start + span.count;
  }
  return ranges;
}

std::vector<TokenSpan> ReaderLayout::token_spans(int piece, std::string_view text) const {
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

void ReaderLayout::lay_out(int piece, LaidOut& out) const {
  const auto text = document_->text_of(piece);
  out.layout.setText(to_text(text));
  out.layout.setFont(look_.font);
  out.layout.setCacheEnabled(true);
  QTextOption option;
  option.setWrapMode(look_.wrap ? QTextOption::WrapAtWordBoundaryOrAnywhere : QTextOption::NoWrap);
  option.setTabStopDistance(4 * QFontMetrics(look_.font).horizontalAdvance(u' '));
  out.layout.setTextOption(option);
  out.layout.setFormats(formats(piece, text));
  out.layout.beginLayout();
  for (QTextLine line = out.layout.createLine(); line.isValid(); line = out.layout.createLine()) {
    line.setLineWidth(look_.wrap ? look_.width : 1e7);
    // Other fonts may stand in for missing characters; rows stay evenly spaced.
    line.setPosition({0, double((out.layout.lineCount() - 1) * row_height_) + ascent_ - line.ascent()});
    widest_ = std::max(widest_, int(std::ceil(line.naturalTextWidth())));
  }
  out.layout.endLayout();
  out.tokens = token_spans(piece, text);
}

LaidOut& ReaderLayout::piece(int index) const {
  if (LaidOut* known = cache_.object(index)) return *known;
  auto* fresh = new LaidOut;
  lay_out(index, *fresh);
  cache_.insert(index, fresh);
  return *fresh;
}

RowPlace ReaderLayout::row_of(qint64 offset) const {
  const int index = document_->piece_at(offset);
  const auto& laid = piece(index);
  const auto text = document_->text_of(index);
  const auto bytes = std::clamp<qint64>(offset - document_->piece(index).offset, 0, qint64(text.size()));
  const QTextLine line = laid.layout.lineForTextPosition(units(text.substr(0, std::size_t(bytes))));
  return {index, line.isValid() ? line.lineNumber() : 0};
}

std::vector<QRectF> ReaderLayout::rectangles(const LaidOut& laid, const TokenSpan& span, const QPointF& origin) const {
  std::vector<QRectF> all;
  const int from = laid.layout.lineForTextPosition(span.from).lineNumber();
  const double blank = QFontMetrics(look_.font).averageCharWidth() * 0.6;
  for (int row = std::max(from, 0); row < laid.layout.lineCount(); ++row) {
    const QTextLine line = laid.layout.lineAt(row);
    const int end = line.textStart() + line.textLength();
    const double a = line.cursorToX(std::max(span.from, line.textStart()));
    const double b = line.cursorToX(std::min(span.to, end));
    const double width = span.from == span.to ? blank : std::abs(b - a);
    all.emplace_back(origin.x() + std::min(a, b), origin.y() + row * row_height_, width, row_height_);
    if (span.to <= end) break;
  }
  return all;
}

qint64 ReaderLayout::token_at(const LaidOut& laid, int row, double x) {
  const QTextLine line = laid.layout.lineAt(row);
  const bool past_end = x > line.naturalTextWidth();
  const int unit = past_end ? line.textStart() + line.textLength() : line.xToCursor(x, QTextLine::CursorOnCharacter);
  qint64 found = -1;
  for (const TokenSpan& span : laid.tokens) {
    if (span.from > unit) break;
    if (span.to > unit || (past_end && span.to >= unit)) {
      found = span.token;
      if (!past_end) break;
    }
  }
  return found;
}

}  // namespace corpuscope::ui
