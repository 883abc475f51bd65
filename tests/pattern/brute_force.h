#pragma once
// The graph of small patterns, pair by pair from the definition.

#include <cstdint>
#include <random>
#include <vector>

#include "pattern/pattern.h"

namespace corpuscope::test {

struct Case {
  pattern::Pattern pattern;
  int heads = 1;
  std::int64_t length = 1;
};

// Every kind: segments that divide nothing, dilations beyond the heads, ladders, one token, short last segments.
inline Case random_case(std::mt19937& random) {
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  Case c;
  c.heads = int(pick(1, 6));
  c.length = pick(0, 9) == 0 ? pick(1, 3) : pick(1, 90);
  c.pattern.rule = static_cast<pattern::OffsetRule>(pick(0, 2));
  c.pattern.staggered = pick(0, 1) == 1;
  c.pattern.causal = pick(0, 2) > 0;
  const std::int64_t levels = pick(1, 5), base = pick(1, 12), growth = pick(2, 3), widening = pick(1, 3);
  const bool ladder = pick(0, 1) == 1;
  for (std::int64_t k = 0, w = base, r = 1; k < levels; ++k, w *= growth, r *= widening) {
    const std::int64_t segment = ladder || k == 0 ? w : pick(1, 60);
    c.pattern.levels.push_back({segment, k == 0 ? 1 : ladder ? std::min(r, segment) : pick(1, std::min<std::int64_t>(segment, 12))});
  }
  return c;
}

inline bool sees_by_any(const Case& c, std::int64_t query, std::int64_t key) {
  for (int level = 0; level < int(c.pattern.levels.size()); ++level)
    for (int head = 0; head < c.heads; ++head)
      if (pattern::sees(c.pattern, level, head, c.heads, query, key)) return true;
  return false;
}

// Fewest hops from a token to each; -1 where there is no path.
inline std::vector<int> hops_from(const Case& c, std::int64_t from) {
  std::vector<int> hops(std::size_t(c.length), -1);
  hops[std::size_t(from)] = 0;
  std::vector<std::int64_t> reached{from};
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (std::int64_t to = 0; to < c.length; ++to)
      if (hops[std::size_t(to)] < 0 && sees_by_any(c, to, reached[i])) {
        hops[std::size_t(to)] = hops[std::size_t(reached[i])] + 1;
        reached.push_back(to);
      }
  return hops;
}

}  // namespace corpuscope::test
