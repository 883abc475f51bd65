#pragma once
// Puts together what blocks that share the keys of a tile, at several levels, have left: a warp for each position and
// head, the levels and shares in their order, so that sums do not depend on chance.

#include "attention/cuda/softmax.h"

namespace corpuscope::attention::cuda {

template <typename Params_, int tile_rows>
struct Combine {
  using Params = Params_;
  static constexpr int threads = 128, blocks = 8, shared_bytes = 0;

  CORPUSCOPE_DEVICE static void run(const Params& p, char*) {
    const std::int64_t number = block() * (threads / 32) + thread() / 32;
    if (number >= p.span.length * p.g.columns) return;
    const int column = int(number % p.g.columns), head = p.g.head_of(column);
    const std::int64_t begin = begin_of(p.span), position = begin + number / p.g.columns;
    float largest = -INFINITY, sum = 0, out[4] = {};
    if (!p.fresh) {
      largest = shuffle(p.lse[number], 0);  // read by all before one lane writes it
      sum = 1;
      add(p.out + number * p.head_dim, p.head_dim, 0, 1, out);
    }
    for (int entry = 0; entry < p.items.levels; ++entry) {
      const LevelItems& level = p.items.level[entry];
      const std::int64_t segment = segment_at(p.g, level.level, head, position);
      const Part part = part_of(p.g, level.level, head, begin, begin + p.span.length, segment);
      const std::int64_t ahead = position - part.first;
      if (part.fresh == 0 || ahead < 0 || ahead % part.dilation != 0) continue;
      const int row = int(ahead / part.dilation) - part.kept;
      Item item{entry, column, int(segment - segment_at(p.g, level.level, head, begin)), row / tile_rows, 0};
      for (; item.split < level.splits; ++item.split) {
        const std::int64_t from = number_of(level, p.g, item) * tile_rows + row % tile_rows;
        const float lse = p.partial_lse[from];
        if (lse == -INFINITY) continue;
        const float most = fmaxf(largest, lse);
        const float before = exp2((largest - most) * log2_e), now = exp2((lse - most) * log2_e);
        add(p.partial_out + from * p.head_dim, p.head_dim, before, now, out);
        sum = sum * before + now;
        largest = most;
      }
    }
#pragma unroll
    for (int i = 0; i < 4; ++i)
      if (const int c = lane() + 32 * i; c < p.head_dim) p.out[number * p.head_dim + c] = out[i] / sum;
    if (lane() == 0) p.lse[number] = largest + log2(sum) * ln_2;
  }

 private:
  CORPUSCOPE_DEVICE static void add(const float* from, int head_dim, float before, float now, float (&out)[4]) {
#pragma unroll
    for (int i = 0; i < 4; ++i)
      if (const int c = lane() + 32 * i; c < head_dim) out[i] = out[i] * before + from[c] * now;
  }
};

}  // namespace corpuscope::attention::cuda
