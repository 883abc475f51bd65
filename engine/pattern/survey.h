#pragma once
// How well information travels in a pattern as a whole, from tokens drawn at random.

#include <cstdint>
#include <vector>

#include "core/job.h"
#include "pattern/pattern.h"

namespace corpuscope::pattern {

// Over pairs of a source and a token that it could know of: in a causal pattern all earlier ones, else all others.
// Errors are standard errors of drawing the sources (and the tokens, where not all are counted).
struct Survey {
  std::int64_t sources = 0;
  bool counted = true;  // every token of each source; otherwise `drawn` of them
  std::int64_t drawn = 0;
  double unreachable = 0, unreachable_error = 0;  // shares
  double mean_hops = 0, mean_hops_error = 0;      // of the reachable ones
  int most_hops = 0;
  std::vector<double> within;  // [h]: share within h hops
};

// Counts where the pattern has at most 2^24 segments (10^9 tokens in segments of 2,048 have about 2.5 million), and
// draws tokens beyond that. Several sources at a time. The same sources give the same result.
Survey survey(const Pattern& pattern, int heads, std::int64_t length, const std::vector<std::int64_t>& sources,
              core::Job* job = nullptr);

// Tokens drawn evenly from all but the first, and tokens at most 15 behind a border of a segment: of any level with
// several segments, each as often.
std::vector<std::int64_t> random_tokens(std::int64_t length, int count, unsigned seed);
std::vector<std::int64_t> tokens_behind_borders(const Pattern& pattern, std::int64_t length, int count,
                                                unsigned seed);

// Share of the last `window` tokens before each source that it cannot know of, on the average.
double unreachable_nearby(const Pattern& pattern, int heads, std::int64_t length,
                          const std::vector<std::int64_t>& sources, std::int64_t window, core::Job* job = nullptr);

// Query-key pairs that are seen, over all heads and levels; the same for dense attention.
struct Cost {
  double pairs = 0, dense_pairs = 0;
  double flops(int head_dim) const { return 4.0 * head_dim * pairs; }  // forward, one layer: two products
  double dense_flops(int head_dim) const { return 4.0 * head_dim * dense_pairs; }
};
Cost cost(const Pattern& pattern, int heads, std::int64_t length);

}  // namespace corpuscope::pattern
