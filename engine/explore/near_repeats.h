#pragma once
// Copies with changes: a run of tokens that stands twice, grown over short differences as long as the text beyond them
// is the same again.

#include <cstdint>
#include <span>
#include <vector>

#include "core/job.h"
#include "explore/stretch.h"
#include "explore/token_matches.h"

namespace corpuscope::explore {

// Instead of the one stands the other; either may be empty, not both.
struct Difference {
  Stretch earlier, later;
  bool elsewhere = false;  // another copy, with more equal tokens, has the same difference in the later text
  bool operator==(const Difference&) const = default;
};

struct NearRepeat {
  Stretch earlier, later;
  std::int64_t equal = 0;                // tokens of each
  std::vector<Difference> differences;   // ascending
};

struct NearSettings {
  MatchSettings match{16, -1, false, 4};  // what a copy begins from
  int most_different = 8;                 // tokens of a difference, on each side
  int again_equal = 6;                    // tokens that must be the same behind it
  std::int64_t least_equal = 32;          // of the whole
};

// Those with one difference at least that is not `elsewhere`. In the order of the later places.
std::vector<NearRepeat> find_near_repeats(std::span<const std::int32_t> tokens, const NearSettings& settings, core::Job& job);

}  // namespace corpuscope::explore
