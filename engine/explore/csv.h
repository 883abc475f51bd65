#pragma once
// Comma-separated values as RFC 4180 has them, so that any table program reads them back.

#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::explore {

// One field; in quotes where it holds a comma, a quote or the end of a line.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

inline std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    row += csv_field(fields[i]);
  }
  return row;
}

}  // namespace corpuscope::explore
