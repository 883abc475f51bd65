#pragma once
// Patterns as Git knows them: *, ?, [a-z], [!...], [[:alpha:]], \x, and ** between slashes.

#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::text {

// A pattern cut at its slashes, for paths relative to where the pattern holds. Matching takes time in proportion to
// pattern times path, whatever the stars. Bytes are compared, not characters, as Git does it.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  bool matches(std::string_view path) const;

 private:
  struct Segment {
    std::string pattern;
    bool any_depth = false;  // **
    bool literal = false;
  };
  static bool matches_segment(const Segment& segment, std::string_view name);

  std::vector<Segment> segments_;
};

}  // namespace corpuscope::text
