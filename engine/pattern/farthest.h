#pragma once
// The most hops that any two tokens need, of those between which there is a path: proven, by going through all kinds
// of tokens instead of all tokens.

#include <cstdint>
#include <optional>

#include "core/job.h"
#include "pattern/nested.h"

namespace corpuscope::pattern {

// Exact for a sequence that fills segments of the lowest level that covers `length` (or of the last level), so never
// too small for a shorter one. Nothing where there are too many kinds of segments to go through: first segments
// beyond 2^14, or levels that cut each other's dilations at very many places.
//
// How. Of a segment S of level k all that matters to what lies outside are three things, by a level i above k and an
// offset c of it (see nested.h: S is left and entered by such rows alone): the hops from each of its tokens to the
// nearest row (i, c) in S; to each of its tokens from such a row; and the fewest from any row (j, d) in S to a row
// (i, c) in S. At level 0 these are 0 for the token itself, 1 for another, or there is none. A segment of level k + 1
// is put together from its parts one after the other: let P be the first ones together and S the next. A path from P
// into S passes the border by one hop of level k + 1, from any row (k + 1, o) of P to any of S, so that the fewest
// hops
//   from a in P to b in S are    min over o of  a to (k + 1, o)  +  1  +  (k + 1, o) to b,
// and likewise to and from rows. Segments that hold the same rows at the same places are alike and done once, and
// tokens with the same hops, or fewer to the same rows, need no line of their own. The maximum over all a and b is
// the answer.
std::optional<int> most_hops(const Nested& nested, std::int64_t length, core::Job* job = nullptr);

}  // namespace corpuscope::pattern
