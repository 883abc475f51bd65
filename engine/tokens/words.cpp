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

enum class Kind { letter, digit, mark, other };

Kind kind_of(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return Kind::letter;
  if (c >= '0' && c <= '9') return Kind::digit;
  return is_ascii_mark(c) ? Kind::mark : Kind::other;
}

// No piece reaches across: see the settings in train.cpp. What is not ASCII may belong to either side.
bool is_joint(char before, char after) {
  const Kind left = kind_of(before), right = kind_of(after);
  if (left == Kind::digit || right == Kind::digit) return left != Kind::other && right != Kind::other;
  return left != right && left != Kind::other && right != Kind::other;
}

// Where a word that is too long is cut: as late as possible between two characters.
std::size_t cut_of_long_word(std::string_view word) {
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
    while (end < rest_.size() && end <= longest_word && !is_blank(rest_[end]) &&
           !is_joint(rest_[end - 1], rest_[end]))
      ++end;
    if (end > longest_word) end = cut_of_long_word(rest_);
    stretch = {rest_.substr(0, end), false};
  }
  rest_.remove_prefix(stretch.bytes.size());
  return stretch;
}

std::size_t cut_between_stretches(std::string_view text, std::size_t least) {
  if (least >= text.size()) return text.size();
  // A stretch ends wherever white space begins, and at every joint, whatever came before.
  constexpr std::size_t near = 4096;
  for (std::size_t i = least; i < text.size() && i < least + near; ++i)
    if ((is_blank(text[i]) && !is_blank(text[i - 1])) || is_joint(text[i - 1], text[i])) return i;
  std::size_t end = 0;
  for (Words words(text); end < least;) end += words.next().bytes.size();
  return end;
}

}  // namespace corpuscope::tokens
