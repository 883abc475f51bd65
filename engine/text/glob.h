#pragma once
// Patterns as Git knows them: *, ?, [a-z], [!...], [[:alpha:]], \x, and ** between slashes.

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::text {

// A pattern cut at its slashes, for paths relative to where the pattern holds. Reading it takes time in proportion to its
// length, matching in proportion to pattern times path, whatever the stars: files with patterns may be anybody's. Bytes
// are compared, not characters, as Git does it.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  bool matches(std::string_view path) const;

 private:
  struct Element {
    enum class Kind : std::uint8_t { byte, any, set, star };
    Kind kind = Kind::byte;
    unsigned char byte = 0;
    std::uint32_t set = 0;  // of sets_
  };
  struct Segment {
    std::string literal;            // the name, where there are no elements
    std::vector<Element> elements;
    bool any_depth = false;  // **
  };
  Segment read_segment(std::string_view pattern, std::size_t& at);
  std::optional<Element> read_element(std::string_view pattern, std::size_t& at);
  bool matches_one(const Element& element, unsigned char c) const;
  bool matches_name(const std::vector<Element>& elements, std::string_view name) const;
  bool matches_segment(const Segment& segment, std::string_view name) const;

  std::vector<Segment> segments_;
  std::vector<std::bitset<256>> sets_;
  bool wrong_ = false;  // a class without an end or of an unknown name, a backslash before nothing: matches nothing
};

}  // namespace corpuscope::text
