#include "text/glob.h"

#include <array>
#include <cctype>
#include <cstddef>

namespace corpuscope::text {
namespace {

constexpr auto none = std::string_view::npos;

bool in_named_class(std::string_view name, unsigned char c) {
  struct Named {
    std::string_view name;
    int (*test)(int);
  };
  static constexpr std::array all = {
      Named{"alnum", std::isalnum}, Named{"alpha", std::isalpha}, Named{"blank", std::isblank},
      Named{"cntrl", std::iscntrl}, Named{"digit", std::isdigit}, Named{"graph", std::isgraph},
      Named{"lower", std::islower}, Named{"print", std::isprint}, Named{"punct", std::ispunct},
      Named{"space", std::isspace}, Named{"upper", std::isupper}, Named{"xdigit", std::isxdigit}};
  for (const auto& named : all)
    if (named.name == name) return named.test(c) != 0;
  return false;
}

// Where the class that begins at pattern[at] == '[' ends, behind its ']'; none if it never does.
std::size_t end_of_class(std::string_view pattern, std::size_t at) {
  ++at;
  if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first) return at + 1;
    if (pattern[at] == '\\') {
      at += 2;
    } else if (pattern.substr(at).starts_with("[:")) {
      const auto close = pattern.find(":]", at + 2);
      at = close == none ? at + 1 : close + 2;
    } else {
      ++at;
    }
  }
  return none;
}

// One member of a class, maybe escaped; moves `at` behind it.
unsigned char member(std::string_view inside, std::size_t& at) {
  if (inside[at] == '\\' && at + 1 < inside.size()) ++at;
  return static_cast<unsigned char>(inside[at++]);
}

bool class_has(std::string_view inside, unsigned char c) {
  const bool negated = !inside.empty() && (inside[0] == '!' || inside[0] == '^');
  bool found = false;
  for (std::size_t at = negated; at < inside.size();) {
    if (inside.substr(at).starts_with("[:")) {
      const auto close = inside.find(":]", at + 2);
      if (close != none) {
        found = found || in_named_class(inside.substr(at + 2, close - at - 2), c);
        at = close + 2;
        continue;
      }
    }
    const unsigned char low = member(inside, at);
    if (at + 1 < inside.size() && inside[at] == '-') {
      ++at;
      const unsigned char high = member(inside, at);
      found = found || (low <= c && c <= high);
    } else {
      found = found || low == c;
    }
  }
  return found != negated;
}

// Matches one element of the pattern other than '*' with one byte; moves `at` behind the element.
bool element_matches(std::string_view pattern, std::size_t& at, unsigned char c) {
  if (pattern[at] == '?') return ++at, true;
  if (pattern[at] == '[') {
    const auto end = end_of_class(pattern, at);
    if (end == none) return false;
    const auto inside = pattern.substr(at + 1, end - at - 2);
    at = end;
    return class_has(inside, c);
  }
  if (pattern[at] == '\\') {
    if (at + 1 == pattern.size()) return false;
    ++at;
  }
  return static_cast<unsigned char>(pattern[at++]) == c;
}

// Only the last star ever has to be tried again: what an earlier one could take more, the last can take too.
bool matches_name(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = none, taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
      continue;
    }
    std::size_t next = p;
    if (p < pattern.size() && element_matches(pattern, next, static_cast<unsigned char>(name[n]))) {
      p = next;
      ++n;
    } else if (star != none) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::size_t end_of_segment(std::string_view pattern, std::size_t at) {
  while (at < pattern.size() && pattern[at] != '/') {
    const auto end = pattern[at] == '[' ? end_of_class(pattern, at) : none;
    if (end != none)
      at = end;
    else
      at += pattern[at] == '\\' && at + 1 < pattern.size() && pattern[at + 1] != '/' ? 2 : 1;
  }
  return at;
}

std::string_view first_name(std::string_view path) { return path.substr(0, path.find('/')); }

std::string_view behind_first_name(std::string_view path) {
  const auto slash = path.find('/');
  return slash == none ? std::string_view{} : path.substr(slash + 1);
}

}  // namespace

Glob::Glob(std::string_view pattern) {
  for (std::size_t at = 0; at <= pattern.size();) {
    const auto end = end_of_segment(pattern, at);
    const auto segment = pattern.substr(at, end - at);
    segments_.push_back({std::string(segment), segment.size() > 1 && segment.find_first_not_of('*') == none,
                         segment.find_first_of("*?[\\") == none});
    at = end + 1;
  }
}

bool Glob::matches_segment(const Segment& segment, std::string_view name) {
  return segment.literal ? segment.pattern == name : matches_name(segment.pattern, name);
}

// As matches_name, one level up: names instead of bytes, ** instead of *.
bool Glob::matches(std::string_view path) const {
  std::size_t s = 0, any = segments_.size();
  std::string_view after_any;
  while (!path.empty()) {
    if (s < segments_.size() && segments_[s].any_depth) {
      any = s++;
      // At the end it stands for what is inside, not for the folder itself.
      if (s == segments_.size()) return true;
      after_any = path;
    } else if (s < segments_.size() && matches_segment(segments_[s], first_name(path))) {
      ++s;
      path = behind_first_name(path);
    } else if (any < segments_.size()) {
      s = any + 1;
      path = after_any = behind_first_name(after_any);
    } else {
      return false;
    }
  }
  return s == segments_.size();
}

}  // namespace corpuscope::text
