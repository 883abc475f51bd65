#include "text/undivided.h"

#include <algorithm>
#include <cctype>

namespace corpuscope::text {
namespace {

constexpr std::string_view signs_of_division[] = {"\u2010", "\u00AD"};

bool is_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
}
bool begins_small(std::string_view text) {
  return !text.empty() && (std::islower(static_cast<unsigned char>(text[0])) ||
                           (text[0] == '\xC3' && text.size() > 1 && static_cast<unsigned char>(text[1]) >= 0x9F));
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return result;
}

// The word, hyphens in it included, that ends or begins the text.
std::string_view last_word(std::string_view text) {
  auto start = text.size();
  while (start > 0 && (is_of_word(text[start - 1]) || text[start - 1] == '-')) --start;
  return text.substr(start);
}
std::string_view first_word(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && (is_of_word(text[end]) || text[end] == '-')) ++end;
  return text.substr(0, end);
}

// The hyphen, of whatever kind, that ends the line.
std::string_view division_at_end(std::string_view line) {
  for (const auto sign : signs_of_division)
    if (line.ends_with(sign)) return sign;
  return line.ends_with('-') ? line.substr(line.size() - 1) : "";
}

}  // namespace

KnownWords::KnownWords(const std::vector<std::string>& texts) {
  for (const std::string_view text : texts) {
    for (const auto sign : signs_of_division)
      has_sign_of_division_ |= text.find(std::string(sign) + '\n') != text.npos;
    for (std::size_t at = 0; at < text.size();) {
      const auto word = first_word(text.substr(at));
      if (!word.empty() && word.back() != '-') words_.insert(lower(word));
      at += word.size() + 1;
    }
  }
}

std::string undivided(std::string_view text, const KnownWords& words) {
  std::string result;
  while (true) {
    const auto end = text.find('\n');
    if (end == text.npos) return result += text;
    const auto line = text.substr(0, end), after = text.substr(end + 1);
    const auto sign = division_at_end(line);
    const auto before = line.substr(0, line.size() - sign.size());
    const auto left = last_word(before), right = first_word(after);
    if (sign.empty() || left.empty() || left.back() == '-' || !begins_small(right)) {
      result += text.substr(0, end + 1);
      text = after;
      continue;
    }
    const std::string first(left), second(right);
    result += before;
    if (sign == "-" && (words.has_sign_of_division() ||
                        (words.contains(lower(first + '-' + second)) && !words.contains(lower(first + second)))))
      result += '-';
    // The rest of the word comes up, and its line begins behind it.
    const auto rest = std::min(after.find_first_of(" \n"), after.size());
    // Where it is a line alone, perhaps divided once more, the line is as it should be.
    const bool alone = rest == after.size() || after[rest] == '\n';
    if (!alone) result.append(after.substr(0, rest)) += '\n';
    text = alone ? after : after.substr(rest + 1);
  }
}

}  // namespace corpuscope::text
