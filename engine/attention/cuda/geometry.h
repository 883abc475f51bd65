#pragma once
// pattern/pattern.h for kernels: which rows of a segment a span of new positions brings, and which were kept before.

#include <algorithm>
#include <cstdint>

#include "attention/cuda/attention.h"
#include "attention/cuda/warp.h"

namespace corpuscope::attention::cuda {

inline constexpr int most_levels = 40;

struct Geometry {
  int levels = 0;
  pattern::Level level[most_levels];
  pattern::OffsetRule rule = pattern::OffsetRule::modulo;
  bool staggered = false, causal = true;
  int heads = 1, group = 1;        // query heads, and how many of them share keys and values
  int own_begin = 0, columns = 1;  // own heads
  int kv_begin = 0, kv_columns = 1;

  CORPUSCOPE_BOTH int head_of(int column) const { return own_begin + column; }
  CORPUSCOPE_BOTH int kv_column_of(int column) const { return head_of(column) / group - kv_begin; }
};

Geometry geometry_of(const Plan& plan);  // checks it

CORPUSCOPE_BOTH std::int64_t offset(const Geometry& g, int level, int head) {
  const std::int64_t w = g.level[level].segment, r = g.level[level].dilation;
  switch (g.rule) {
    case pattern::OffsetRule::modulo:
      return head % r;
    case pattern::OffsetRule::block:
      return head / ((g.heads + r - 1) / r);
    case pattern::OffsetRule::both_ends:
      return head % 2 == 0 ? head / 2 % r : ((w - 1 - (head - 1) / 2) % r + r) % r;
  }
  return 0;
}

CORPUSCOPE_BOTH std::int64_t shift(const Geometry& g, int level, int head) {
  return g.staggered && head % 2 == 1 ? g.level[level].segment / 2 : 0;
}

// The part of one segment, level and head that a span sees. Its rows are numbered from the segment's first position
// that takes part: 0 .. kept - 1 came before the span, kept .. kept + fresh - 1 are in it.
struct Part {
  std::int64_t first = 0;  // position of row 0
  std::int64_t index = 0;  // of row 0 among those of the whole, uncut segment: what rotation counts
  int kept = 0, fresh = 0;
  std::int64_t dilation = 1;

  CORPUSCOPE_BOTH int rows() const { return kept + fresh; }
  CORPUSCOPE_BOTH std::int64_t position(std::int64_t row) const { return first + row * dilation; }
};

CORPUSCOPE_BOTH Part part_of(const Geometry& g, int level, int head, std::int64_t begin, std::int64_t end,
                             std::int64_t segment) {
  const std::int64_t w = g.level[level].segment, r = g.level[level].dilation;
  const std::int64_t grid_begin = segment * w - shift(g, level, head);
  const std::int64_t from = grid_begin > 0 ? grid_begin : 0, to = grid_begin + w < end ? grid_begin + w : end;
  const std::int64_t row0 = grid_begin + offset(g, level, head);
  Part part;
  part.dilation = r;
  part.index = row0 >= from ? 0 : (from - row0 + r - 1) / r;
  part.first = row0 + part.index * r;
  const std::int64_t count = part.first < to ? (to - 1 - part.first) / r + 1 : 0;
  const std::int64_t before = part.first >= begin ? 0 : (begin - 1 - part.first) / r + 1;
  part.kept = int(before < count ? before : count);
  part.fresh = int(count - part.kept);
  return part;
}

// Segments of a head's grid that a position lies in, and that a span of so many positions can touch at most.
CORPUSCOPE_BOTH std::int64_t segment_at(const Geometry& g, int level, int head, std::int64_t position) {
  return (position + shift(g, level, head)) / g.level[level].segment;
}
inline std::int64_t most_segments(const Geometry& g, int level, std::int64_t length) {
  const std::int64_t w = g.level[level].segment;
  return length <= 0 ? 0 : (length + w - 2) / w + 1;
}
// The same of one that is known to begin there.
inline std::int64_t most_segments(const Geometry& g, int level, const Span& span) {
  if (span.device_begin || span.length <= 0) return most_segments(g, level, span.length);
  std::int64_t most = 0;
  for (int head = 0; head < 2; ++head)  // the two grids
    most = std::max(most, segment_at(g, level, head, span.begin + span.length - 1) -
                              segment_at(g, level, head, span.begin) + 1);
  return most;
}

// New rows that a span of so many positions can bring to one segment.
inline std::int64_t most_fresh(const Geometry& g, int level, std::int64_t length) {
  const auto [w, r] = g.level[level];
  return (std::min(w, length) + r - 1) / r;
}

CORPUSCOPE_BOTH std::int64_t begin_of(const Span& span) { return span.device_begin ? *span.device_begin : span.begin; }

}  // namespace corpuscope::attention::cuda
