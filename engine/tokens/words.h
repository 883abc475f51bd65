#pragma once
// A text as a row of short stretches that are encoded apart: words, digits and marks, each with the space before it,
// and blocks of white space. The cuts depend on the text alone. Our own tokenizers have no piece across such a cut,
// so for them it changes no token; it only makes the stretches short and, for most of them, seen before.

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

}  // namespace corpuscope::tokens
