#include "text/legacy.h"

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <memory>
#include <optional>

#include "text/utf8.h"

namespace corpuscope::text {
namespace {

constexpr std::size_t sample_bytes = 1 << 20;  // enough for a guess

std::string guessed_encoding(std::string_view bytes) {
  const std::unique_ptr<uchardet, decltype(&uchardet_delete)> detector(uchardet_new(), uchardet_delete);
  const auto sample = bytes.substr(0, sample_bytes);
  if (uchardet_handle_data(detector.get(), sample.data(), sample.size()) != 0) return {};
  uchardet_data_end(detector.get());
  return uchardet_get_charset(detector.get());
}

// What the bytes from 0x80 on are in Windows-1252.
bool is_upper(std::uint8_t byte) {
  return (byte >= 0xC0 && byte <= 0xDE && byte != 0xD7) || byte == 0x8A || byte == 0x8C || byte == 0x8E ||
         byte == 0x9F;
}
bool is_lower(std::uint8_t byte) {
  return (byte >= 0xDF && byte != 0xF7) || byte == 0x9A || byte == 0x9C || byte == 0x9E || byte == 0xAA ||
         byte == 0xBA || byte == 0xB5 || byte == 0x83;
}
bool stands_between_letters(std::uint8_t byte) {  // apostrophe, dashes, ellipsis, soft hyphen, middle dot
  return byte == 0x92 || byte == 0x96 || byte == 0x97 || byte == 0x85 || byte == 0xAD || byte == 0xB7;
}

// Whether the bytes make sense in Windows-1252: few letters have accents, and inside words there are neither signs
// nor capitals. Guessing from statistics is worse than this at telling "caf\xE9" from Czech or Vietnamese, and
// Polish, Russian, Japanese and the code pages of DOS all fail it.
bool is_western(std::string_view bytes) {
  const auto sample = bytes.substr(0, sample_bytes);
  const auto at = [&](std::size_t i) { return i < sample.size() ? static_cast<std::uint8_t>(sample[i]) : ' '; };
  const auto letter = [](std::uint8_t c) { return c < 0x80 ? std::isalpha(c) != 0 : is_upper(c) || is_lower(c); };
  std::int64_t high = 0, letters = 0, odd = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const std::uint8_t byte = at(i), before = i == 0 ? ' ' : at(i - 1), after = at(i + 1);
    letters += letter(byte);
    if (byte < 0x80) continue;
    ++high;
    const bool sign = !letter(byte) && !stands_between_letters(byte);
    odd += sign && letter(before) && letter(after);
    odd += is_upper(byte) && (before < 0x80 ? std::islower(before) != 0 : is_lower(before));
  }
  return double(high) < 0.25 * double(letters + 8) && double(odd) <= 0.05 * double(high);
}

LegacyText decode_western(std::string_view bytes) {
  const bool has_c1 = std::any_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<std::uint8_t>(c) >= 0x80 && static_cast<std::uint8_t>(c) < 0xA0;
  });
  if (has_c1)
    if (auto text = decode_as("windows-1252", bytes)) return {std::move(*text), "windows-1252"};
  LegacyText latin1{{}, "ISO-8859-1"};
  latin1.text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) append_utf8(latin1.text, static_cast<std::uint8_t>(c));
  return latin1;
}

}  // namespace

std::optional<std::string> decode_as(const std::string& encoding, std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> from(ucnv_open(encoding.c_str(), &status), ucnv_close);
  if (U_FAILURE(status)) return std::nullopt;
  ucnv_setToUCallBack(from.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> to(ucnv_open("UTF-8", &status), ucnv_close);
  if (U_FAILURE(status)) return std::nullopt;

  std::string text;
  std::array<char, 65536> target;
  std::array<UChar, 16384> pivot;
  UChar *pivot_source = pivot.data(), *pivot_target = pivot.data();
  const char* source = bytes.data();
  bool first = true;
  do {
    char* end = target.data();
    status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &end, target.data() + target.size(), &source, bytes.data() + bytes.size(),
                   pivot.data(), &pivot_source, &pivot_target, pivot.data() + pivot.size(), first, true, &status);
    text.append(target.data(), end);
    first = false;
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  if (U_FAILURE(status) || !is_utf8(text)) return std::nullopt;
  return text;
}

LegacyText decode_legacy(std::string_view bytes) {
  if (is_western(bytes)) return decode_western(bytes);
  const auto encoding = guessed_encoding(bytes);
  if (!encoding.empty() && encoding != "ASCII")
    if (auto text = decode_as(encoding, bytes)) return {std::move(*text), encoding};
  return decode_western(bytes);
}

}  // namespace corpuscope::text
