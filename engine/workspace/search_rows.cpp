#include "workspace/search_rows.h"

#include <algorithm>
#include <tuple>

namespace corpuscope::workspace {
namespace {

constexpr std::size_t most_lines = 50, most_bytes = 4096, least_bytes = 512;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::size_t behind_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

// Where a long line is cut: behind a space, else between two characters.
std::size_t cut_line(std::string_view text) {
  const std::size_t space = text.substr(0, most_bytes).find_last_of(" \t\r");
  if (space != std::string_view::npos && space >= most_bytes / 2) return space + 1;
  std::size_t length = most_bytes;
  while (length > most_bytes - 4 && continues_character(text[length])) --length;
  return length;
}

// Bytes of the next row of `text`.
std::size_t row_length(std::string_view text) {
  struct Cut {
    std::size_t place = 0;
    bool behind_text = true;   // no blank line before it
    std::size_t indent = 0;    // of the line behind it
  };
  Cut best;
  std::size_t lines = 0;
  bool blank_before = false;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const std::size_t indent = std::min(text.find_first_not_of(" \t", at), text.size()) - at;
    const bool blank = at + indent >= text.size() || text[at + indent] == '\n' || text[at + indent] == '\r';
    if (lines > 0 && !blank && (lines > most_lines / 2 || at > most_bytes / 2) && at >= least_bytes / 2) {
      const Cut here{at, !blank_before, indent};
      const auto rank = [](const Cut& cut) { return std::tie(cut.behind_text, cut.indent); };
      if (best.place == 0 || rank(here) <= rank(best)) best = here;
    }
    const std::size_t end = behind_line(text, at);
    const bool full = end > most_bytes || (lines >= most_lines && end > least_bytes);
    if (full) return best.place > 0 ? best.place : at >= least_bytes / 2 ? at : std::min(end, cut_line(text));
    blank_before = blank;
    at = end;
  }
  return text.size();
}

}  // namespace

std::vector<TextRow> text_rows(std::string_view block) {
  std::vector<TextRow> rows;
  std::size_t first = 0;
  do {
    const std::size_t bytes = row_length(block.substr(first));
    rows.push_back({first, bytes});
    first += bytes;
  } while (first < block.size());
  return rows;
}

std::string identifier_parts(std::string_view text) {
  std::string parts;
  const auto border = [&](std::size_t i) {  // between the letters i - 1 and i of one word
    const char before = text[i - 1], here = text[i];
    if (is_lower(before) && is_upper(here)) return true;
    if (is_upper(before) && is_upper(here)) return i + 1 < text.size() && is_lower(text[i + 1]);
    return is_digit(before) != is_digit(here);
  };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    bool several = false;
    while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]))) {
      several = several || (end > at && border(end));
      ++end;
    }
    for (std::size_t i = at; several && i < end; ++i) {
      if (i == at || border(i)) parts += ' ';
      parts += text[i];
    }
    at = std::max(end, at + 1);
  }
  return parts;
}

}  // namespace corpuscope::workspace
