#pragma once
// fmt::format for a machine without fmt: "{}" alone, for the few messages of the parts that are built there.

#include <sstream>
#include <string>
#include <string_view>

namespace fmt {

template <typename... Values>
std::string format(std::string_view text, const Values&... values) {
  std::ostringstream out;
  const auto put = [&](const auto& value) {
    const std::size_t at = text.find("{}");
    out << text.substr(0, at) << value;
    text.remove_prefix(at == text.npos ? text.size() : at + 2);
  };
  (put(values), ...);
  out << text;
  return out.str();
}

}  // namespace fmt
