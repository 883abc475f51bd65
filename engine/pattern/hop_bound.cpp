#include <algorithm>
#include <vector>

#include "pattern/farthest.h"
#include "pattern/reach.h"

namespace corpuscope::pattern {

namespace {

// The largest level whose dilation divides the segments of level k, so that their starts take part in it.
int level_from_starts(const Pattern& pattern, int k) {
  int level = k;
  for (int j = k + 1; j < int(pattern.levels.size()); ++j)
    if (pattern.levels[std::size_t(k)].segment % pattern.levels[std::size_t(j)].dilation == 0) level = j;
  return level;
}

int bound_by_starts(const Pattern& pattern, std::int64_t length) {
  const auto& levels = pattern.levels;
  for (std::size_t k = 1; k < levels.size(); ++k)
    if (levels[k].segment % levels[k - 1].segment != 0) return 0;
  int up = 0, level = 0;
  while (levels[std::size_t(level)].segment < length) {
    const int higher = level_from_starts(pattern, level);
    if (higher == level) return 0;
    level = higher;
    ++up;
  }
  return 2 * up + 1;
}

int bound_by_two_grids(const Pattern& pattern, std::int64_t length) {
  constexpr int many = 1 << 20;
  std::vector<int> enough;  // D(k); 0 where it is not known
  int best = 0;
  for (std::size_t k = 0; k < pattern.levels.size(); ++k) {
    const auto [w, r] = pattern.levels[k];
    int hops = k == 0 ? 1 : 0;
    for (std::size_t j = 0; j < k && w % r == 0; ++j)
      if (enough[j] > 0 && pattern.levels[j].segment / 2 >= r - 1 && (hops == 0 || 2 * enough[j] + 1 < hops))
        hops = std::min(2 * enough[j] + 1, many);
    enough.push_back(hops);
    const bool covers = w >= length || w / 2 >= length - 1;
    if (covers && hops > 0 && (best == 0 || hops < best)) best = hops;
  }
  return best;
}

}  // namespace

int hop_bound(const Pattern& pattern, int heads, std::int64_t length, core::Job* job) {
  check(pattern, heads);
  if (pattern.staggered && heads > 1) return bound_by_two_grids(pattern, length);
  if (!pattern.causal) return bound_by_starts(pattern, length);
  const auto nested = Nested::of(pattern, heads);
  return nested ? most_hops(*nested, length, job).value_or(0) : 0;
}

}  // namespace corpuscope::pattern
