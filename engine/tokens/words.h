#pragma once
// A text as a row of short stretches that are encoded apart: words, digits and marks, each with the space before it,
// and blocks of white space. The cuts depend on the text alone. Our own tokenizers have no piece across such a cut,
// so for them it changes no token; it only makes the stretches short and, for most of them, seen before.

#include <cstddef>
#include <string_view>

namespace corpuscope::tokens {

struct Stretch {
  std::string_view bytes;
  bool blank = false;  // nothing but spaces, tabs, newlines and carriage returns
};

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  // The next stretch, empty at the end of the text. Words longer than 128 bytes are cut, never inside a UTF-8
  // character; blocks of white space keep their length.
  Stretch next();

 private:
  std::string_view rest_;
};

// Where a text may be cut in two that together give the same stretches as the whole: a place near `least`, which is
// above 0, and not before it; the text's end where there is none.
std::size_t cut_between_stretches(std::string_view text, std::size_t least);

}  // namespace corpuscope::tokens
