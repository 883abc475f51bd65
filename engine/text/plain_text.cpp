#include "text/plain_text.h"

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "text/known_formats.h"
#include "text/legacy.h"
#include "text/utf16.h"
#include "text/utf8.h"

namespace corpuscope::text {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t opening_bytes = 8000;  // as far as Git looks for a NUL, too

[[noreturn]] void refuse_binary(std::string_view bytes, const std::string& sign) {
  const auto name = binary_format_name(bytes);
  throw core::Error("binary file (" + (name.empty() ? sign : name) + ")");
}

bool is_control(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\v' && c != '\b' && c != 0x1B) ||
         (c >= 0x7F && c < 0xA0);
}

// Of UTF-8; C1 controls are two bytes from C2 80 to C2 9F.
double control_share(std::string_view text) {
  std::int64_t controls = 0, characters = 0;
  char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    characters += (byte & 0xC0) != 0x80;
    controls += byte < 0x80 ? is_control(byte) : before == '\xC2' && byte < 0xA0;
    before = c;
  }
  return characters == 0 ? 0 : double(controls) / double(characters);
}

bool has_many_nuls(std::string_view bytes) {
  if (bytes.substr(0, opening_bytes).find('\0') != std::string_view::npos) return true;
  return bytes.find('\0') != std::string_view::npos &&
         std::count(bytes.begin(), bytes.end(), '\0') > std::ptrdiff_t(bytes.size() / 1000);
}

std::string note_of_replaced(std::int64_t replaced) {
  if (replaced == 0) return {};
  return std::to_string(replaced) +
         (replaced == 1 ? " invalid sequence became U+FFFD" : " invalid sequences became U+FFFD");
}

Extracted from_decoded(Decoded decoded, std::string encoding) {
  if (has_many_nuls(decoded.text)) refuse_binary({}, "NUL characters");
  return {std::move(decoded.text), std::move(encoding), note_of_replaced(decoded.replaced), {}};
}

std::optional<Extracted> with_byte_order_mark(std::string_view bytes) {
  // UTF-32LE first: its mark begins with that of UTF-16LE.
  if (bytes.starts_with("\xFF\xFE\0\0"sv) && bytes.size() % 4 == 0)
    return from_decoded(decode_utf32(bytes.substr(4), Endian::little), "UTF-32LE with BOM");
  if (bytes.starts_with("\0\0\xFE\xFF"sv))
    return from_decoded(decode_utf32(bytes.substr(4), Endian::big), "UTF-32BE with BOM");
  if (bytes.starts_with("\xFF\xFE"))
    return from_decoded(decode_utf16(bytes.substr(2), Endian::little), "UTF-16LE with BOM");
  if (bytes.starts_with("\xFE\xFF"))
    return from_decoded(decode_utf16(bytes.substr(2), Endian::big), "UTF-16BE with BOM");
  return std::nullopt;
}

std::optional<Extracted> utf16_without_mark(std::string_view bytes) {
  if (bytes.find('\0') == std::string_view::npos) return std::nullopt;
  const auto little = try_utf16(bytes, Endian::little), big = try_utf16(bytes, Endian::big);
  if (!little.faultless && !big.faultless) return std::nullopt;
  if (little.faultless && (!big.faultless || little.ordinary >= big.ordinary))
    return from_decoded(decode_utf16(bytes, Endian::little), "UTF-16LE");
  return from_decoded(decode_utf16(bytes, Endian::big), "UTF-16BE");
}

Extracted utf8_or_older(std::string_view bytes) {
  const bool mark = bytes.starts_with("\xEF\xBB\xBF");
  const std::string encoding = mark ? "UTF-8 with BOM" : "UTF-8";
  if (mark) bytes.remove_prefix(3);
  if (is_utf8(bytes)) {
    if (control_share(bytes.substr(0, 1 << 20)) > 0.3) refuse_binary(bytes, "control characters");
    return {std::string(bytes), encoding, "", {}};
  }
  if (mark || is_damaged_utf8(bytes)) {
    auto mended = mend_utf8(bytes);
    return {std::move(mended.text), encoding, note_of_replaced(mended.replaced), {}};
  }
  auto older = decode_legacy(bytes);
  if (control_share(older.text) > 0.02) refuse_binary(bytes, "control characters");
  return {std::move(older.text), std::move(older.encoding), "", {}};
}

}  // namespace

bool PlainText::accepts(std::string_view file_name, std::string_view first_bytes) const {
  return known_format(file_name, first_bytes).name.empty();
}

Extracted PlainText::extract(std::string_view, std::string_view bytes, Allowance&) const {
  if (auto marked = with_byte_order_mark(bytes)) return std::move(*marked);
  if (auto wide = utf16_without_mark(bytes)) return std::move(*wide);
  if (has_many_nuls(bytes)) refuse_binary(bytes, "NUL bytes");
  return utf8_or_older(bytes);
}

}  // namespace corpuscope::text
