#include "text/html.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "text/known_formats.h"
#include "text/legacy.h"
#include "text/plain_text.h"
#include "text/utf8.h"

namespace corpuscope::text {
namespace {

constexpr std::size_t declared_within = 4096;  // bytes; HTML's standard asks for the first 1024

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return result;
}

// The word behind charset= or encoding=.
std::string declared_encoding(std::string_view bytes) {
  const auto start = lower(bytes.substr(0, declared_within));
  for (const std::string_view key : {"charset=", "encoding="}) {
    const auto found = start.find(key);
    if (found == start.npos) continue;
    const auto from = start.find_first_not_of("\"' ", found + key.size());
    if (from == start.npos) continue;
    const auto name = start.substr(from, start.find_first_of("\"' ;>/", from) - from);
    // So says HTML's standard: nobody who writes the former means anything but the latter.
    return name == "iso-8859-1" || name == "latin1" || name == "us-ascii" ? "windows-1252" : name;
  }
  return {};
}

}  // namespace

bool Html::accepts(std::string_view file_name, std::string_view first_bytes) const {
  if (!known_format(file_name, first_bytes).name.empty()) return false;
  const auto ending = name_ending(file_name);
  for (const auto html : {"html", "htm", "xhtml", "xht"})
    if (ending == html) return true;
  if (!ending.empty()) return false;
  if (first_bytes.starts_with("\xEF\xBB\xBF")) first_bytes.remove_prefix(3);
  const auto start =
      lower(first_bytes.substr(std::min(first_bytes.find_first_not_of(" \t\r\n"), first_bytes.size())));
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

Extracted decode_html(std::string_view bytes, Allowance& allowance) {
  const bool marked = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
  if (!marked && !is_utf8(bytes) && bytes.find('\0') == bytes.npos) {
    const auto declared = declared_encoding(bytes);
    if (!declared.empty() && declared != "utf-8")
      if (auto text = decode_as(declared, bytes)) return {std::move(*text), declared, "", {}};
  }
  return PlainText().extract("", bytes, allowance);
}

Extracted Html::extract(std::string_view, std::string_view bytes, Allowance& allowance) const {
  auto decoded = decode_html(bytes, allowance);
  if (decoded.text.find('<') == decoded.text.npos) return decoded;  // no page, whatever its name
  Prose prose;
  append_html(prose, decoded.text, allowance);
  auto page = prose.finish("HTML, " + decoded.encoding);
  page.note = std::move(decoded.note);
  return page;
}

}  // namespace corpuscope::text
