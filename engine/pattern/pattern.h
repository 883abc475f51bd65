#pragma once
// The geometry of dilated attention (LongNet, arXiv 2307.02486, section 2): who sees whom. Integers only.
//
// Level k has a segment length w and a dilation r. Head h has an offset o at that level. With the shift t
// (0, or floor(w / 2) for odd heads of a staggered pattern) and x = i + t, position i lies in segment
// floor(x / w) at index x mod w, and takes part iff (x mod w) mod r == o. It sees every j of its own segment
// that takes part, and only j <= i when causal. Segments are cut at 0 and N, never padded.

#include <cstdint>
#include <string>
#include <vector>

namespace corpuscope::pattern {

struct Level {
  std::int64_t segment = 0;   // w, tokens
  std::int64_t dilation = 1;  // r
  bool operator==(const Level&) const = default;
};

enum class OffsetRule {
  modulo,     // h mod r (the paper, section 2.3)
  block,      // h / ceil(H / r) (the authors' code)
  both_ends,  // even heads count from the segment's start, odd heads from its end
};

struct Pattern {
  std::vector<Level> levels;
  OffsetRule rule = OffsetRule::modulo;
  bool staggered = false;  // the grid of odd heads is moved by half a segment
  bool causal = true;
  bool operator==(const Pattern&) const = default;
};

// The rows of one head in one segment of one level: positions first, first + dilation, ... (count of them).
struct Rows {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t dilation = 1;
  std::int64_t index = 0;  // of `first` among the rows of the whole, uncut segment: floor((x mod w) / r)
};

// Throws core::Error unless: at least one level; the first has dilation 1; segments and dilations are positive.
void check(const Pattern& pattern, int heads);

std::int64_t offset(const Pattern& pattern, int level, int head, int heads);
std::int64_t shift(const Pattern& pattern, int level, int head);

bool takes_part(const Pattern& pattern, int level, int head, int heads, std::int64_t position);
bool sees(const Pattern& pattern, int level, int head, int heads, std::int64_t query, std::int64_t key);

// Number of segments of a head's grid that hold a position of [0, length), and the rows of each.
std::int64_t segment_count(const Pattern& pattern, int level, int head, std::int64_t length);
Rows segment_rows(const Pattern& pattern, int level, int head, int heads, std::int64_t length,
                  std::int64_t segment);

// Visible query-key pairs of all heads and levels, a key of two levels twice. Throws core::Error from 2^63 pairs on.
std::int64_t visible_pairs(const Pattern& pattern, int heads, std::int64_t length);

// Levels (base * ratio^k, ratio^k), added to `pattern` until the last segment covers `length`. The ratio is
// that of its last two levels (2 where there is one).
Pattern extended(Pattern pattern, std::int64_t length);

std::string name(OffsetRule rule);
OffsetRule offset_rule(const std::string& name);  // throws core::Error on an unknown name

}  // namespace corpuscope::pattern
