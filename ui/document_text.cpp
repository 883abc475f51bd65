#include "ui/document_text.h"

#include <algorithm>

namespace corpuscope::ui {

namespace {

constexpr std::int64_t longest_piece = 4096, search_for_space = 256;

// Where a piece that begins at `from` may end: behind a space if there is one near, else between two characters.
std::int64_t cut(std::string_view text, std::int64_t from) {
  const std::int64_t latest = from + longest_piece;
  const auto space = text.substr(latest - search_for_space, search_for_space).rfind(' ');
  if (space != text.npos) return latest - search_for_space + std::int64_t(space) + 1;
  auto end = latest;
  while (end > from + 1 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return end;
}

}  // namespace

DocumentText::DocumentText(std::string text, std::string_view file_name)
    : text_(std::move(text)), language_(language_of(file_name)) {
  std::int64_t start = 0, line = 1;
  const auto size = std::int64_t(text_.size());
  for (auto at = text_.find_first_of("\r\n"); at != text_.npos; at = text_.find_first_of("\r\n", start)) {
    add_line(start, std::int64_t(at), line++);
    start = std::int64_t(at) + (text_[at] == '\r' && std::int64_t(at) + 1 < size && text_[at + 1] == '\n' ? 2 : 1);
  }
  add_line(start, size, line);
  pieces_.shrink_to_fit();
}

void DocumentText::add_line(std::int64_t offset, std::int64_t end, std::int64_t line) {
  const std::int64_t start = offset;
  do {
    const std::int64_t stop = end - offset > longest_piece ? cut(text_, offset) : end;
    pieces_.push_back({offset, std::int32_t(stop - offset), offset > start, state_, line});
    if (language_) state_ = scan_line(*language_, text_of(count() - 1), state_, nullptr);
    offset = stop;
  } while (offset < end);
}

bool DocumentText::is_prose() const {
  return !language_ || language_ == language_of("x.md");
}

std::string_view DocumentText::text_of(int index) const {
  const auto& piece = pieces_[index];
  return std::string_view(text_).substr(piece.offset, piece.length);
}

int DocumentText::piece_at(std::int64_t offset) const {
  const auto behind = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                       [](std::int64_t wanted, const Piece& piece) { return wanted < piece.offset; });
  return std::max(int(behind - pieces_.begin()) - 1, 0);
}

}  // namespace corpuscope::ui
