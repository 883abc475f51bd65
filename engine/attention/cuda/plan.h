#pragma once
// What the host side of every kernel does alike.

#include <type_traits>

#include "attention/cuda/items.h"
#include "attention/cuda/launch.h"

namespace corpuscope::attention::cuda {

inline constexpr int most_head_dim = 128;

// Rows of the longest segment of a level.
std::int64_t most_rows(const Plan& plan, int level);

// Refuses a span that `plan` cannot compute.
void check(const Plan& plan, const Span& span);

// Calls body(padded head dimension): kernels are made for three.
template <typename Body>
void with_dim(int head_dim, const Body& body) {
  if (head_dim <= 32)
    body(std::integral_constant<int, 32>());
  else if (head_dim <= 64)
    body(std::integral_constant<int, 64>());
  else
    body(std::integral_constant<int, 128>());
}

template <typename Params, typename Element>
Params params_of(const Plan& plan, const Span& span, const Inputs<Element>& in, const Kept<Element>& kept) {
  check(plan, span);
  Params p;
  p.g = geometry_of(plan);
  p.span = span;
  p.in = in;
  p.kept = kept;
  p.head_dim = plan.head_dim;
  p.scale = plan.settings.scale * log2_e;
  p.rotation = plan.settings.rotary.base > 0 ? plan.rotation : nullptr;
  p.interleaved = plan.settings.rotary.interleaved;
  return p;
}

// Tiles of `rows` new rows (or, with_kept, of all rows) of a level's segments.
inline LevelItems level_items(const Plan& plan, const Geometry& g, const KeptLayout& layout, int level, const Span& span,
                              int rows, bool with_kept = false) {
  std::int64_t most = most_fresh(g, level, span.length);
  if (with_kept) most = most_rows(plan, level);
  LevelItems items;
  items.level = level;
  items.tiles = int((most + rows - 1) / rows);
  items.slots = int(most_segments(g, level, span));
  items.kept_offset = layout.offset(level);
  items.kept_capacity = layout.capacity(level);
  return items;
}

}  // namespace corpuscope::attention::cuda
