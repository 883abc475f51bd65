#pragma once
// Keywords, comments, strings and numbers of common languages, line by line: what a line begins in (a comment that
// was opened above, a string of several lines) is one byte, so that any line can be coloured alone.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::ui {

enum class TextKind : std::uint8_t { plain, keyword, comment, string, number };

struct TextSpan {
  int start = 0, count = 0;  // bytes of the line
  TextKind kind = TextKind::plain;
};

struct Language;

// By the file's name; null for prose and whatever is not known.
const Language* language_of(std::string_view file_name);

// The state behind `line`, which begins in `state` (0 at the start of a document). Appends to `spans` unless null.
std::uint8_t scan_line(const Language& language, std::string_view line, std::uint8_t state,
                       std::vector<TextSpan>* spans);

}  // namespace corpuscope::ui
