#include "workspace/headings.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace corpuscope::workspace {
namespace {

constexpr std::size_t most_title_lines = 3, most_title_bytes = 250, most_heading_bytes = 80;
constexpr std::string_view spaces = " \t\r\v\f";

// First words of lines that steer: what is indented below them is no thing with a name.
constexpr std::array<std::string_view, 21> steering = {
    "async", "case", "catch", "default", "do", "elif", "else", "elsif", "except", "finally", "for",
    "foreach", "if", "loop", "match", "return", "switch", "try", "until", "while", "with"};

struct Line {
  std::string_view text;       // without its end
  std::size_t indent = 0;
  bool blank = true;
};

std::vector<Line> lines_of(std::string_view passage) {
  std::vector<Line> lines;
  while (!passage.empty()) {
    const std::size_t end = std::min(passage.find('\n'), passage.size());
    const std::string_view text = passage.substr(0, end);
    const std::size_t indent = std::min(text.find_first_not_of(spaces), text.size());
    lines.push_back({text, indent, indent == text.size()});
    passage.remove_prefix(std::min(end + 1, passage.size()));
  }
  return lines;
}

std::size_t title_lines(const std::vector<Line>& lines) {
  std::size_t count = 0, bytes = 0;
  for (; count < lines.size() && !lines[count].blank; ++count) bytes += lines[count].text.size();
  return count <= most_title_lines && count < lines.size() && bytes <= most_title_bytes ? count : 0;
}

bool ends_like_a_sentence(std::string_view text) {
  constexpr std::array<std::string_view, 9> ends = {".", ",", ";", ":", "!", "?", "\"", "”", "’"};
  text = text.substr(0, text.find_last_not_of(spaces) + 1);
  return std::ranges::any_of(ends, [text](std::string_view end) { return text.ends_with(end); });
}

bool stands_alone(const std::vector<Line>& lines, std::size_t i) {
  const bool above = i == 0 || lines[i - 1].blank, below = i + 1 == lines.size() || lines[i + 1].blank;
  return above && below && lines[i].text.size() <= most_heading_bytes && !ends_like_a_sentence(lines[i].text);
}

bool steers(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t}"), text.size()));
  const auto word_end = std::ranges::find_if(text, [](char c) { return c < 'a' || c > 'z'; });
  return std::ranges::binary_search(steering, text.substr(0, std::size_t(word_end - text.begin())));
}

bool opens_a_block(const std::vector<Line>& lines, std::size_t i) {
  std::size_t below = i + 1;
  while (below < lines.size() && lines[below].blank) ++below;
  return below < lines.size() && lines[below].indent > lines[i].indent && !steers(lines[i].text);
}

}  // namespace

std::string headings(std::string_view passage) {
  const std::vector<Line> lines = lines_of(passage);
  const std::size_t title = title_lines(lines);
  std::string found;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!lines[i].blank && (i < title || stands_alone(lines, i) || opens_a_block(lines, i))) {
      found += lines[i].text;
      found += '\n';
    }
  return found;
}

bool is_prose(std::string_view passage) {
  constexpr std::string_view marks_of_code = "{}()[];=<>_*&|#/\\\"`$@+:";
  std::size_t signs = 0, all = 0;
  for (const char c : passage) {
    if (static_cast<unsigned char>(c) <= ' ') continue;
    ++all;
    signs += marks_of_code.find(c) != std::string_view::npos;
  }
  return signs * 20 <= all;
}

}  // namespace corpuscope::workspace
