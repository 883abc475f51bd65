#include "text/utf8.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace corpuscope::text {
namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

// How many bytes of plain ASCII stand at the start.
std::size_t ascii_prefix(std::string_view bytes) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    if (word & high_bits) break;
  }
  while (i < bytes.size() && byte_at(bytes, i) < 0x80) ++i;
  return i;
}

bool continues(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

}  // namespace

Utf8Step utf8_step(std::string_view bytes) {
  const std::uint8_t lead = byte_at(bytes, 0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte is where overlong forms, surrogates and what lies beyond Unicode are told.
  std::uint8_t low = 0x80, high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (int i = 1; i < length; ++i) {
    if (std::size_t(i) >= bytes.size()) return {i, false};
    const std::uint8_t byte = byte_at(bytes, std::size_t(i));
    if (byte < low || byte > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

bool is_utf8(std::string_view bytes) {
  while (true) {
    bytes.remove_prefix(ascii_prefix(bytes));
    if (bytes.empty()) return true;
    const auto step = utf8_step(bytes);
    if (!step.valid) return false;
    bytes.remove_prefix(std::size_t(step.bytes));
  }
}

void append_utf8(std::string& text, char32_t character) {
  const auto add = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF)) character = 0xFFFD;
  if (character < 0x80) {
    add(character);
  } else if (character < 0x800) {
    add(0xC0 | character >> 6);
    add(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    add(0xE0 | character >> 12);
    add(0x80 | (character >> 6 & 0x3F));
    add(0x80 | (character & 0x3F));
  } else {
    add(0xF0 | character >> 18);
    add(0x80 | (character >> 12 & 0x3F));
    add(0x80 | (character >> 6 & 0x3F));
    add(0x80 | (character & 0x3F));
  }
}

Mended mend_utf8(std::string_view bytes) {
  Mended mended;
  mended.text.reserve(bytes.size());
  while (true) {
    const auto ascii = ascii_prefix(bytes);
    mended.text += bytes.substr(0, ascii);
    bytes.remove_prefix(ascii);
    if (bytes.empty()) return mended;
    const auto step = utf8_step(bytes);
    if (step.valid) {
      mended.text += bytes.substr(0, std::size_t(step.bytes));
    } else {
      append_utf8(mended.text, 0xFFFD);
      ++mended.replaced;
    }
    bytes.remove_prefix(std::size_t(step.bytes));
  }
}

bool is_damaged_utf8(std::string_view bytes) {
  std::int64_t formed = 0, unformed = 0;
  while (true) {
    bytes.remove_prefix(ascii_prefix(bytes));
    if (bytes.empty()) break;
    // The old form with up to six bytes, so that overlong ones, surrogates and too large ones count as meant.
    const int ones = std::countl_one(byte_at(bytes, 0));
    std::size_t length = 1;
    while (length < bytes.size() && length < std::size_t(ones) && continues(byte_at(bytes, length))) ++length;
    const bool cut_by_the_end = length == bytes.size() && length > 1;
    const bool form = ones >= 2 && ones <= 6 && (length == std::size_t(ones) || cut_by_the_end);
    ++(form ? formed : unformed);
    bytes.remove_prefix(length);
  }
  return formed > 0 && formed >= unformed;
}

}  // namespace corpuscope::text
