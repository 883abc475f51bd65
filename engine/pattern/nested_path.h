#pragma once
// Shortest paths of nested patterns, from the borders alone (see nested.h).

#include <optional>

#include "core/job.h"
#include "pattern/nested.h"
#include "pattern/paths.h"

namespace corpuscope::pattern {

// One path with the fewest hops from one position to a later one, or nothing where there is none. Exact.
//
// How. Asked is more than that: the fewest hops from any of some rows to any of others. Each are those that take part
// at one level with one offset, or a position alone; the first of the one and the last of the other span what
// matters. Where both share a position it is no hop at all, within a segment of level 0 it is one. Otherwise let K be
// the lowest level with a segment that holds both, and B a border in it between two segments of level K - 1. A path
// that passes B does so by one hop of level K, from any row before B with some offset o to any behind it with the
// same offset:
//   fewest to the rows (K, o) before B  +  1  +  fewest from the rows (K, o) behind B.
// A path that stays on one side begins or ends with other rows than the first or last. All of these are smaller
// questions of the same kind, alike in all segments of level K, so that answers are kept. They are asked for no more
// hops than could still be the fewest, and that first for 1, then for 2, and so on: with 10^9 tokens in 20 levels
// some hundred questions, and some ten thousand at the worst.
std::optional<Path> nested_path(const Nested& nested, std::int64_t from, std::int64_t to, core::Job* job = nullptr);

}  // namespace corpuscope::pattern
