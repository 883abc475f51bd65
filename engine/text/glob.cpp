#include "text/glob.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace corpuscope::text {
namespace {

constexpr auto none = std::string_view::npos;

using Set = std::bitset<256>;

// False where no class has the name.
bool add_named(std::string_view name, Set& set) {
  struct Named {
    std::string_view name;
    int (*test)(int);
  };
  static constexpr std::array all = {
      Named{"alnum", std::isalnum}, Named{"alpha", std::isalpha}, Named{"blank", std::isblank},
      Named{"cntrl", std::iscntrl}, Named{"digit", std::isdigit}, Named{"graph", std::isgraph},
      Named{"lower", std::islower}, Named{"print", std::isprint}, Named{"punct", std::ispunct},
      Named{"space", std::isspace}, Named{"upper", std::isupper}, Named{"xdigit", std::isxdigit}};
  const auto named = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  if (named == all.end()) return false;
  for (int c = 0; c < 256; ++c)
    if (named->test(c)) set.set(std::size_t(c));
  return true;
}

// The name in "[:name:]" at pattern[at], which no ']' stands in; nothing where it is none. `close`: the first ']' not
// before `at` that is known, so that looking for it again and again takes no time.
std::optional<std::string_view> class_name(std::string_view pattern, std::size_t at, std::size_t& close) {
  if (!pattern.substr(at).starts_with("[:")) return std::nullopt;
  if (close < at + 2) close = pattern.find(']', at + 2);
  if (close == none || close < at + 3 || pattern[close - 1] != ':') return std::nullopt;
  return pattern.substr(at + 2, close - at - 3);
}

// One member of a class, maybe escaped; moves `at` behind it. Nothing at the pattern's end.
std::optional<unsigned char> member(std::string_view pattern, std::size_t& at) {
  if (at < pattern.size() && pattern[at] == '\\') ++at;
  if (at >= pattern.size()) return std::nullopt;
  return static_cast<unsigned char>(pattern[at++]);
}

// The class behind a '['; moves `at` behind its ']'. Nothing where it never ends or names a class that there is not.
std::optional<Set> read_set(std::string_view pattern, std::size_t& at) {
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  at += negated;
  Set set;
  std::size_t close = 0;
  for (bool first = true; first || at >= pattern.size() || pattern[at] != ']'; first = false) {
    if (const auto name = at < pattern.size() ? class_name(pattern, at, close) : std::nullopt) {
      if (!add_named(*name, set)) return std::nullopt;
      at = close + 1;
      continue;
    }
    const auto low = member(pattern, at);
    if (!low) return std::nullopt;
    auto high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') high = member(pattern, ++at);
    if (!high) return std::nullopt;
    for (int c = *low; c <= *high; ++c) set.set(std::size_t(c));
  }
  ++at;
  return negated ? ~set : set;
}

std::string_view first_name(std::string_view path) { return path.substr(0, path.find('/')); }

std::string_view behind_first_name(std::string_view path) {
  const auto slash = path.find('/');
  return slash == none ? std::string_view{} : path.substr(slash + 1);
}

}  // namespace

Glob::Glob(std::string_view pattern) {
  std::size_t at = 0;
  do {
    segments_.push_back(read_segment(pattern, at));
  } while (!wrong_ && at++ < pattern.size());  // behind the slash
}

Glob::Segment Glob::read_segment(std::string_view pattern, std::size_t& at) {
  Segment segment;
  const std::size_t begin = at;
  bool plain = true;
  while (at < pattern.size() && pattern[at] != '/') {
    if (pattern.substr(at).starts_with("\\/")) {  // a slash is one behind a backslash too
      ++at;
      break;
    }
    const auto element = read_element(pattern, at);
    wrong_ = wrong_ || !element;
    if (wrong_) return segment;
    const bool star = element->kind == Element::Kind::star;
    if (star && !segment.elements.empty() && segment.elements.back().kind == Element::Kind::star) continue;
    plain = plain && element->kind == Element::Kind::byte;
    segment.elements.push_back(*element);
  }
  if (plain) {
    for (const Element& element : segment.elements) segment.literal += char(element.byte);
    segment.elements.clear();
  }
  segment.any_depth = segment.elements.size() == 1 && segment.elements[0].kind == Element::Kind::star && at - begin > 1;
  return segment;
}

// Nothing where the pattern is wrong.
std::optional<Glob::Element> Glob::read_element(std::string_view pattern, std::size_t& at) {
  using Kind = Element::Kind;
  const char c = pattern[at++];
  if (c == '*') return Element{Kind::star};
  if (c == '?') return Element{Kind::any};
  if (c == '[') {
    const auto set = read_set(pattern, at);
    if (!set) return std::nullopt;
    sets_.push_back(*set);
    return Element{Kind::set, 0, std::uint32_t(sets_.size() - 1)};
  }
  if (c != '\\') return Element{Kind::byte, static_cast<unsigned char>(c)};
  if (at == pattern.size()) return std::nullopt;
  return Element{Kind::byte, static_cast<unsigned char>(pattern[at++])};
}

bool Glob::matches_one(const Element& element, unsigned char c) const {
  return element.kind == Element::Kind::any || (element.kind == Element::Kind::byte && element.byte == c) ||
         (element.kind == Element::Kind::set && sets_[element.set][c]);
}

// Only the last star ever has to be tried again: what an earlier one could take more, the last can take too.
bool Glob::matches_name(const std::vector<Element>& elements, std::string_view name) const {
  const auto is_star = [&](std::size_t p) { return p < elements.size() && elements[p].kind == Element::Kind::star; };
  std::size_t p = 0, n = 0, star = none, taken = 0;
  while (n < name.size()) {
    if (is_star(p)) {
      star = p++;
      taken = n;
    } else if (p < elements.size() && matches_one(elements[p], static_cast<unsigned char>(name[n]))) {
      ++p;
      ++n;
    } else if (star != none) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  while (is_star(p)) ++p;
  return p == elements.size();
}

bool Glob::matches_segment(const Segment& segment, std::string_view name) const {
  return segment.elements.empty() ? segment.literal == name : matches_name(segment.elements, name);
}

// As matches_name, one level up: names instead of bytes, ** instead of *.
bool Glob::matches(std::string_view path) const {
  if (wrong_) return false;
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
