#pragma once
// Single characters of a UTF-8 text of any length.

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <string_view>

namespace corpuscope::explore {

struct Character {
  UChar32 value = -1;      // negative at the text's edge and for what is no UTF-8
  std::size_t beyond = 0;  // the place beyond it, in the direction of reading
};

inline Character character_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {-1, at};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data()) + at;
  const auto length = std::int32_t(std::min<std::size_t>(text.size() - at, U8_MAX_LENGTH));
  std::int32_t i = 0;
  UChar32 c = 0;
  U8_NEXT(bytes, i, length, c);
  return {c, at + std::size_t(i)};
}

inline Character character_before(std::string_view text, std::size_t at) {
  if (at == 0) return {-1, 0};
  const std::size_t from = at - std::min<std::size_t>(at, U8_MAX_LENGTH);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data()) + from;
  auto i = std::int32_t(at - from);
  UChar32 c = 0;
  U8_PREV(bytes, 0, i, c);
  return {c, from + std::size_t(i)};
}

}  // namespace corpuscope::explore
