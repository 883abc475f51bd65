#pragma once
// UTF-8: is it, make it, mend it.

#include <cstdint>
#include <string>
#include <string_view>

namespace corpuscope::text {

// How a stretch of bytes begins, by the Unicode standard's table of well-formed sequences (3-7).
struct Utf8Step {
  int bytes = 0;  // of the character, or of the longest part of one that a bad sequence begins with; at least 1
  bool valid = false;
};
Utf8Step utf8_step(std::string_view bytes);  // must not be empty

bool is_utf8(std::string_view bytes);
void append_utf8(std::string& text, char32_t character);  // a surrogate or a value beyond Unicode becomes U+FFFD

struct Mended {
  std::string text;
  std::int64_t replaced = 0;  // bad sequences, each of which became one U+FFFD
};
Mended mend_utf8(std::string_view bytes);

// Whether bytes that are not UTF-8 were meant to be: more of what is not ASCII has its form than has not.
bool is_damaged_utf8(std::string_view bytes);

}  // namespace corpuscope::text
