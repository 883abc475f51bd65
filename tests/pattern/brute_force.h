#pragma once
// The graph of small patterns, pair by pair from the definition.

#include <cstdint>
#include <map>
#include <random>
#include <tuple>
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
    c.pattern.levels.push_back({segment, k == 0   ? 1
                                         : ladder ? std::min(r, segment)
                                                  : pick(1, std::min<std::int64_t>(segment, 12))});
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

// The same for sequences of some thousands: each segment of a level and head is walked position by position, and not
// again from a position behind one that was walked from (nor at all again where it is not causal).
inline std::vector<int> hops_in_a_longer_sequence(const Case& c, std::int64_t from) {
  std::vector<int> hops(std::size_t(c.length), -1);
  std::map<std::tuple<int, int, std::int64_t>, std::int64_t> walked;
  hops[std::size_t(from)] = 0;
  std::vector<std::int64_t> reached{from};
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (int level = 0; level < int(c.pattern.levels.size()); ++level)
      for (int head = 0; head < c.heads; ++head) {
        const std::int64_t key = reached[i], w = c.pattern.levels[std::size_t(level)].segment;
        const std::int64_t shift = pattern::shift(c.pattern, level, head), segment = (key + shift) / w;
        if (!pattern::takes_part(c.pattern, level, head, c.heads, key)) continue;
        const auto [at, is_new] = walked.try_emplace({level, head, segment}, key);
        if (!is_new && (!c.pattern.causal || at->second <= key)) continue;
        at->second = key;
        const std::int64_t begin = std::max<std::int64_t>(segment * w - shift, 0);
        for (std::int64_t to = begin; to < std::min(segment * w - shift + w, c.length); ++to)
          if (hops[std::size_t(to)] < 0 && pattern::sees(c.pattern, level, head, c.heads, to, key)) {
            hops[std::size_t(to)] = hops[std::size_t(key)] + 1;
            reached.push_back(to);
          }
      }
  return hops;
}

// Ladders as they are used, with many levels: segments and dilations that grow alike, from a small base.
inline Case random_ladder(std::mt19937& random) {
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  Case c;
  c.heads = int(pick(1, 6));
  c.length = pick(500, 4000);
  c.pattern.rule = static_cast<pattern::OffsetRule>(pick(0, 2));
  c.pattern.staggered = pick(0, 2) == 0;
  c.pattern.causal = pick(0, 2) > 0;
  const std::int64_t base = pick(0, 1) == 0 ? std::int64_t(1) << pick(2, 5) : pick(3, 24),
                     ratio = pick(0, 3) == 0 ? 3 : 2;
  c.pattern.levels = {{base, 1}, {base * ratio, ratio}};
  if (ratio > base * ratio) c.pattern.levels.pop_back();
  c.pattern = pattern::extended(c.pattern, c.length);
  if (pick(0, 3) == 0) c.pattern.levels.pop_back();
  return c;
}

}  // namespace corpuscope::test
