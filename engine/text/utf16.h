#pragma once
// UTF-16 and UTF-32, with and without a byte order mark.

#include <cstdint>
#include <string>
#include <string_view>

namespace corpuscope::text {

enum class Endian { little, big };

struct Decoded {
  std::string text;
  std::int64_t replaced = 0;  // lone surrogates, half characters and impossible values, each now U+FFFD
};
Decoded decode_utf16(std::string_view bytes, Endian endian);
Decoded decode_utf32(std::string_view bytes, Endian endian);

// Whether bytes without a byte order mark read without any fault as UTF-16 of this kind, as nothing but assigned
// characters, and not as pairs of ASCII letters. `ordinary` counts spaces, newlines, ASCII letters: of two readings
// the one that has more is meant.
struct Utf16Reading {
  bool faultless = false;
  std::int64_t ordinary = 0;
};
Utf16Reading try_utf16(std::string_view bytes, Endian endian);

}  // namespace corpuscope::text
