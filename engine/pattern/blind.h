#pragma once
// Why there is no path between two tokens, and what would open one (see paths.h).

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/job.h"
#include "pattern/pattern.h"

namespace corpuscope::pattern {

// Information passes every border that lies between two tokens. At the one told here it does not get through.
struct BlindSpot {
  enum class Kind {  // in the order of how much they explain
    earlier,         // the pattern is causal and `to` comes first: nothing can pass
    apart,           // in no segment that spans the border do positions of both sides take part
    tail,            // from `from` to the border no position takes part, for any head, in a segment that spans it
    head,            // from the border to `to` none does
    sides,           // in each segment that spans the border none does on one of the two sides
    detour,          // some do on both sides, but no hops lead from `from` through them to `to`
  };
  Kind kind = Kind::earlier;
  std::int64_t border = 0;                      // between border - 1 and border
  int level = 0;                                // the largest whose segment ends there
  std::int64_t begin = 0, end = 0;              // that segment; the one behind the border where the spot is a head
  std::int64_t blind_begin = 0, blind_end = 0;  // tail, head: all positions that are blind for the same reason
};

// Nothing where there is a path. Throws as shortest_path does.
std::optional<BlindSpot> why_no_path(const Pattern& pattern, int heads, std::int64_t length, std::int64_t from,
                                     std::int64_t to, core::Job* job = nullptr);

// The blind positions around a border, for which alone the pattern needs no search: nothing in [first, border) can be
// known behind it, and nothing in [border, second) knows of what lies before it; [0, length) where no segment spans
// the border with positions on both sides. Causal patterns only; elsewhere both are empty unless all is blind.
std::pair<std::int64_t, std::int64_t> blind_around(const Pattern& pattern, int heads, std::int64_t length,
                                                   std::int64_t border);

// The patterns nearest to this one that open a path, by running the search on each: another offset rule, staggered
// segments, both, and more levels where the largest segments are shorter than the sequence.
struct Cure {
  Pattern pattern;
  int hops = 0;
};
std::vector<Cure> cures(const Pattern& pattern, int heads, std::int64_t length, std::int64_t from, std::int64_t to,
                        core::Job* job = nullptr);

}  // namespace corpuscope::pattern
