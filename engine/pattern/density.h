#pragma once
// How many query-key pairs of a pattern lie in a rectangle of the attention matrix, and how densely they cover the
// pixels of a picture of it. Closed forms: the work does not depend on the length of the sequence.

#include <cstdint>
#include <utility>
#include <vector>

#include "pattern/pattern.h"

namespace corpuscope::pattern {

// Large enough for the square of 2^40 positions.
__extension__ typedef unsigned __int128 PairCount;

struct Rectangle {
  std::int64_t query = 0, queries = 0;  // [query, query + queries)
  std::int64_t key = 0, keys = 0;
};

// Pairs inside the rectangle that a head sees at a level, exactly. Nothing lies outside [0, length).
PairCount pairs_in(const Pattern& pattern, int level, int head, int heads, std::int64_t length,
                   const Rectangle& rectangle);

// A picture of a part of the matrix, queries down and keys across. Pixel (x, y) covers the keys from
// key + x * step and the queries from query + y * step, `step` positions each way; a step may be less than one.
struct Raster {
  double query = 0, key = 0;
  double step = 1;
  int width = 0, height = 0;
};

struct Coverage {
  std::vector<float> shares;               // [height, width]: of each pixel's pairs, how many are visible
  std::vector<std::pair<int, int>> spans;  // of each row: nothing is visible outside [first, second)
};

// Of one level and head, or the mean over all heads (head -1).
Coverage coverage(const Pattern& pattern, int level, int head, int heads, std::int64_t length,
                  const Raster& raster);

}  // namespace corpuscope::pattern
