#pragma once
// What the pattern alone says of a passage and a later token: the fewest hops, or why there are none.

#include <optional>
#include <vector>

#include "core/job.h"
#include "pattern/blind.h"
#include "pattern/paths.h"
#include "workspace/paths.h"

namespace corpuscope::explore {

struct PatternAnswer {
  std::optional<pattern::Path> path;
  std::optional<pattern::BlindSpot> why;  // where there is no path: for the passage's first token
  std::vector<pattern::Cure> cures;       // patterns in which there is one
};

// From the passage [first, first + count): from the token in it with the fewest hops, where it is short; in a long one
// 64 tokens are tried. Throws as pattern::shortest_path does.
PatternAnswer ask_pattern(const pattern::Pattern& pattern, int heads, std::int64_t length, std::int64_t first,
                          std::int64_t count, std::int64_t target, core::Job* job = nullptr);

workspace::FoundPath steps_of(const pattern::Path& path);  // one a layer, with unknown weights

}  // namespace corpuscope::explore
