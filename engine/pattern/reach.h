#pragma once
// How far information travels in so many hops (see paths.h): how many tokens know of one, or does one know of.

#include <cstdint>
#include <utility>
#include <vector>

#include "core/job.h"
#include "pattern/pattern.h"

namespace corpuscope::pattern {

enum class Side {
  past,    // the tokens that a token can know of: in a causal pattern the earlier ones
  future,  // the tokens that can know of it: the later ones
};         // all others where the pattern is not causal

struct Reach {
  std::int64_t others = 0;           // tokens of that side
  std::vector<std::int64_t> within;  // [h]: how many of them by at most h hops, from 0 hops on until no more come
  std::int64_t unreachable() const { return others - within.back(); }
  int most_hops() const { return int(within.size()) - 1; }
  double mean_hops() const;  // of those that are reached; 0 where there are none
};

// Counted exactly. Takes 8 bytes for each of cell_count(), and about a second for 10^9 tokens in segments of 2,048.
// Throws core::Error where there are more than 2^26 cells, and as shortest_path does.
Reach reach(const Pattern& pattern, int heads, std::int64_t length, std::int64_t position, Side side,
            core::Job* job = nullptr);
std::int64_t cell_count(const Pattern& pattern, int heads, std::int64_t length);

// Blind spots: the ranges [first, second) of tokens of which a token can never know, among those at most `window`
// before it. The work depends on the window, not on the length; where not causal it is a search for each token.
std::vector<std::pair<std::int64_t, std::int64_t>> unreached(const Pattern& pattern, int heads, std::int64_t length,
                                                             std::int64_t position, std::int64_t window,
                                                             core::Job* job = nullptr);

// A proven bound: where there is a path between two tokens of a sequence so long, one has no more hops than this. 0 where
// none is proven. Which of three arguments holds depends on the pattern:
//
// Nested (causal, not staggered, see nested.h): the maximum itself, by going through all kinds of tokens (farthest.h).
//
// Not causal, not staggered, each w_k divides w_(k+1). Every rule gives head 0 the offset 0. So if r_j divides w_k, for a
// level j above k, the start of every segment of level k takes part in level j. From any token one hop leads to the start
// of its segment at level 0, one more to that of its segment at the largest level j with r_j | w_0, and so on. Once the
// next such level covers the sequence, one hop leads over to the start that the other token gets to in as many hops, and
// those lead back down. This proves too that all tokens reach each other.
//
// Staggered, two heads or more, r_k divides w_k at the levels used, causal or not. Even and odd heads cut a level at least
// h_k = floor(w_k / 2) positions apart, so that of any h_k + 1 neighbours all lie in one segment of one of the two grids;
// there every r_k-th takes part. Let D(k) be enough hops for any two tokens at most h_k apart, the earlier first. At level
// 0 all take part: D(0) = 1. At level k let x be the first position from the one token on that takes part in that grid, y
// the last one up to the other: both are less than r_k away, so if h_j >= r_k - 1 for a level j below, D(j) hops lead to x,
// one to y and D(j) to the end (or, where there is no such x before y, D(j) hops lead all the way). So D(k) = 2 D(j) + 1. A
// level whose segments are as long as the sequence holds all of it in its even grid, which begins with it. This proves
// too that every token reaches every later one.
int hop_bound(const Pattern& pattern, int heads, std::int64_t length, core::Job* job = nullptr);

// The estimate of the paper for tokens n apart, log_a(n (a - 1) / w_0) with a = w_1 / w_0: what one hop a level
// gives.
double estimated_hops(const Pattern& pattern, std::int64_t length);

}  // namespace corpuscope::pattern
