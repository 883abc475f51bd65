#include "explore/pattern_answer.h"

#include <algorithm>

namespace corpuscope::explore {

PatternAnswer ask_pattern(const pattern::Pattern& pattern, int heads, std::int64_t length, std::int64_t first,
                          std::int64_t count, std::int64_t target, core::Job* job) {
  constexpr std::int64_t most_tried = 64;
  PatternAnswer answer;
  const std::int64_t step = (std::max<std::int64_t>(count, 1) + most_tried - 1) / most_tried;
  for (std::int64_t from = first; from == first || from - first < count; from += step) {
    auto path = pattern::shortest_path(pattern, heads, length, from, target, job);
    if (path && (!answer.path || path->size() < answer.path->size())) answer.path = std::move(path);
  }
  if (answer.path) return answer;
  answer.why = pattern::why_no_path(pattern, heads, length, first, target, job);
  answer.cures = pattern::cures(pattern, heads, length, first, target, job);
  return answer;
}

workspace::FoundPath steps_of(const pattern::Path& path) {
  workspace::FoundPath steps;
  for (const auto& hop : path)
    steps.push_back({hop.from, hop.to, std::int32_t(steps.size()), std::int16_t(hop.level), std::int16_t(hop.head), 0});
  return steps;
}

}  // namespace corpuscope::explore
