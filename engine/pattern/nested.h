#pragma once
// Causal patterns whose levels lie within each other, so that paths can be told from the borders alone.
//
// Nested: causal, not staggered; w_k divides w_(k+1), r_k divides w_k and r_(k+1), and the offsets of level k + 1,
// modulo r_k, are among those of level k. Ladders of every rule are (`block` only where the heads fill each level).
// w_(k+1) is at most 64 w_k, as what is told from the borders goes from one to the next.
//
// What follows. Let K be the lowest level with a segment that holds both of two tokens. A hop between tokens of that
// segment at a level above K is one at level K too: both ends lie in that segment and have, modulo r_K, the same
// offset, which is one of level K. And a hop over a border between two segments of level K - 1 inside it can be of no
// lower level. So a path between the two needs no level above K, and passes each such border by a hop of level K.

#include <cstdint>
#include <optional>
#include <vector>

#include "pattern/pattern.h"

namespace corpuscope::pattern {

class Nested {
 public:
  static std::optional<Nested> of(const Pattern& pattern, int heads);  // nothing where it is not nested

  const std::vector<Level>& levels() const { return levels_; }
  const std::vector<std::int64_t>& offsets(int level) const { return offsets_[std::size_t(level)]; }  // ascending
  int head(int level, std::int64_t offset) const;  // the first one with it
  // The lowest level with a segment that holds both positions; -1 where there is none.
  int common_level(std::int64_t a, std::int64_t b) const;

  // The first position from `from` on that takes part at a level with this offset, and the last one before `end`.
  std::int64_t first_row(int level, std::int64_t offset, std::int64_t from) const;
  std::int64_t last_row(int level, std::int64_t offset, std::int64_t end) const {
    return first_row(level, offset, end) - levels_[std::size_t(level)].dilation;
  }

  // Whether any number of hops leads from one position to a later one. Exact, and takes no time that depends on the
  // length: with K as above and B the border where the segment of level K - 1 with `from` ends, some hop of level K
  // passes B, say with offset o. The last position before B with that offset is then reached from `from` (the hop
  // could have begun there), and from the first one behind B `to` is reached; both are smaller questions of the same
  // kind.
  bool connected(std::int64_t from, std::int64_t to) const;

 private:
  std::vector<Level> levels_;
  std::vector<std::vector<std::int64_t>> offsets_;  // by level, ascending
  std::vector<std::vector<std::int64_t>> by_head_;  // by level
};

}  // namespace corpuscope::pattern
