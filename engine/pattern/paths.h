#pragma once
// By how many hops of attention one token can know of another, by the pattern alone (LongNet, arXiv 2307.02486,
// section 2.3: information travels through layers, one hop in each).
//
// A hop leads from a key to a query that sees it: some level and head have `sees(query, key)`. Where the pattern is
// causal, paths lead from earlier tokens to later ones only.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/job.h"
#include "pattern/pattern.h"

namespace corpuscope::pattern {

struct Hop {
  std::int64_t from = 0, to = 0;  // key, query
  int level = 0, head = 0;
  bool operator==(const Hop&) const = default;
};

using Path = std::vector<Hop>;

// One path with the fewest hops; empty where both ends are the same token, nothing where no number of layers helps.
// Exact for every pattern and any length up to 2^40, without building the graph.
//
// How. In nested patterns, from the borders alone (see nested_path.h). In others breadth first from both ends at
// once, over cells (see cells.h) with one position each: the earliest that is reached from `from`, and seen from the
// other end the latest from which `to` is reached. A shortest path of n hops runs through n cells; after x steps from
// one end and n + 1 - x from the other one of them has been reached from both, with the first position not behind the
// second, and no earlier step can have met.
//
// Why few cells are visited. Each end walks only half of the way, and a step climbs many levels at once: a segment of
// w positions holds rows of all levels whose dilation is below w. And cells that a step enters at equal distances and
// at the same place of their segments are one visit, a run: the rows of one cell lead into few runs at each level,
// however many segments those are. So the work grows with the levels and heads, not with the length: with 10^9 tokens
// in 20 levels a search makes some hundred visits. Levels that do not divide each other are searched cell by cell.
//
// A long search asks `job`, where there is one, whether to go on. Throws core::Error where a position lies outside
// the sequence, on what `Cells` refuses, and where a search would make more than 2^24 visits.
std::optional<Path> shortest_path(const Pattern& pattern, int heads, std::int64_t length, std::int64_t from,
                                  std::int64_t to, core::Job* job = nullptr);

}  // namespace corpuscope::pattern
