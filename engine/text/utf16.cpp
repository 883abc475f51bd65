#include "text/utf16.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "text/utf8.h"

namespace corpuscope::text {
namespace {

char32_t unit(std::string_view bytes, std::size_t at, std::size_t width, Endian endian) {
  char32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[at + (endian == Endian::big ? i : width - 1 - i)]);
    value = value << 8 | byte;
  }
  return value;
}

bool is_ascii_print(char32_t byte) { return byte >= 0x20 && byte < 0x7F; }
bool is_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDFFF; }
bool is_high(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Calls take(character) for each until it returns false; a lone surrogate is given as such. Returns how many bytes
// are left over.
template <class Take>
std::size_t for_each_utf16(std::string_view bytes, Endian endian, const Take& take) {
  std::size_t at = 0;
  while (at + 2 <= bytes.size()) {
    char32_t character = unit(bytes, at, 2, endian);
    at += 2;
    if (is_high(character) && at + 2 <= bytes.size() && is_low(unit(bytes, at, 2, endian))) {
      character = 0x10000 + ((character - 0xD800) << 10) + (unit(bytes, at, 2, endian) - 0xDC00);
      at += 2;
    }
    if (!take(character)) break;
  }
  return bytes.size() - at;
}

bool is_assigned_text(char32_t character) {
  const bool control =
      character < 0x20 && character != '\n' && character != '\r' && character != '\t' && character != '\f';
  return !control && !is_surrogate(character) && u_isdefined(UChar32(character));
}

// The script of a letter; USCRIPT_COMMON for what goes with any. Chinese and Japanese text mixes three scripts.
UScriptCode script_of(char32_t character) {
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(UChar32(character), &error);
  if (U_FAILURE(error) || script == USCRIPT_INHERITED) return USCRIPT_COMMON;
  return script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ? USCRIPT_HAN : script;
}

void append_or_replace(Decoded& decoded, char32_t character) {
  if (is_surrogate(character) || character > 0x10FFFF) ++decoded.replaced;
  append_utf8(decoded.text, character);
}

void append_remainder(Decoded& decoded, std::size_t bytes_left) {
  if (bytes_left > 0) append_or_replace(decoded, 0xD800);
}

}  // namespace

Decoded decode_utf16(std::string_view bytes, Endian endian) {
  Decoded decoded;
  decoded.text.reserve(bytes.size());
  const auto left = for_each_utf16(bytes, endian, [&](char32_t character) {
    append_or_replace(decoded, character);
    return true;
  });
  append_remainder(decoded, left);
  return decoded;
}

Decoded decode_utf32(std::string_view bytes, Endian endian) {
  Decoded decoded;
  decoded.text.reserve(bytes.size() / 2);
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) append_or_replace(decoded, unit(bytes, at, 4, endian));
  append_remainder(decoded, bytes.size() - at);
  return decoded;
}

Utf16Reading try_utf16(std::string_view bytes, Endian endian) {
  Utf16Reading reading;
  if (bytes.size() < 4 || bytes.size() % 2 != 0) return reading;
  bool faultless = true;
  std::int64_t characters = 0, ascii_pairs = 0, changes = 0;
  UScriptCode before = USCRIPT_COMMON;
  for_each_utf16(bytes, endian, [&](char32_t character) {
    faultless = is_assigned_text(character);
    ++characters;
    ascii_pairs += is_ascii_print(character >> 8) && is_ascii_print(character & 0xFF);
    if (const UScriptCode script = script_of(character); script != USCRIPT_COMMON) {
      changes += before != USCRIPT_COMMON && script != before;
      before = script;
    }
    reading.ordinary += character == ' ' || character == '\n' || (character < 0x80 && u_isalpha(UChar32(character)));
    return faultless;
  });
  // Text in an 8-bit encoding with NULs in it reads as Chinese, but made of pairs of letters; numbers read as letters
  // of a dozen scripts in turn.
  reading.faultless = faultless && 2 * ascii_pairs <= characters && 3 * changes <= characters;
  return reading;
}

}  // namespace corpuscope::text
