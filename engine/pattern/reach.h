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

// Not causal: no two tokens are further apart than this. 0 where it is not known that all reach each other.
//
// Proof, for segments that are not staggered, where each w_k divides w_(k+1). Every rule gives head 0 the offset 0.
// So if r_j divides w_k, for a level j above k, the start of every segment of level k takes part in level j. From any
// token one hop leads to the start of its segment at level 0, one more to that of its segment at the largest level j
// with r_j | w_0, and so on. Once the next such level covers the sequence, one hop leads over to the start that the
// other token gets to in as many hops, and those lead back down.
int hop_bound(const Pattern& pattern, int heads, std::int64_t length);

// The estimate of the paper for tokens n apart, log_a(n (a - 1) / w_0) with a = w_1 / w_0: what one hop a level
// gives.
double estimated_hops(const Pattern& pattern, std::int64_t length);

}  // namespace corpuscope::pattern
