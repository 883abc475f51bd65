#include "tokens/words.h"

#include <cstddef>

namespace corpuscope::tokens {
namespace {

constexpr std::size_t longest_word = 128;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool is_ascii_mark(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

// Where a word that is too long is cut: behind the last mark of its second half, where real text has its joints,
// or else as late as possible between two characters.
std::size_t cut_of_long_word(std::string_view word) {
  for (std::size_t end = longest_word; end > longest_word / 2; --end)
    if (is_ascii_mark(word[end - 1])) return end;
  for (std::size_t end = longest_word; end > longest_word - 4; --end)
    if (!continues_character(word[end])) return end;
  return longest_word;  // not UTF-8
}

}  // namespace

Stretch Words::next() {
  std::size_t blanks = 0;
  while (blanks < rest_.size() && is_blank(rest_[blanks])) ++blanks;
  // A word takes the one space before it along: "the" and " the" are pieces of their own.
  if (blanks > 0 && blanks < rest_.size() && rest_[blanks - 1] == ' ') --blanks;
  Stretch stretch;
  if (blanks > 0) {
    stretch = {rest_.substr(0, blanks), true};
  } else {
    std::size_t end = rest_.empty() ? 0 : 1;
    while (end < rest_.size() && end <= longest_word && !is_blank(rest_[end])) ++end;
    if (end > longest_word) end = cut_of_long_word(rest_);
    stretch = {rest_.substr(0, end), false};
  }
  rest_.remove_prefix(stretch.bytes.size());
  return stretch;
}

}  // namespace corpuscope::tokens
