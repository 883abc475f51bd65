#pragma once
// A stream's state: the keys and values of the segments that are open at a span's end.

#include "attention/cuda/items.h"

namespace corpuscope::attention::cuda {

template <typename Element>
struct Keep {
  using Params = Common<Element>;
  static constexpr int threads = 128, blocks = 8, shared_bytes = 0, rows = 32;

  CORPUSCOPE_DEVICE static void run(const Params& p, char*) {
    const Item item = item_of(p.items, p.g, block());
    const LevelItems& items = p.items.level[item.entry];
    const int level = items.level, head = p.g.head_of(item.column);
    const std::int64_t begin = begin_of(p.span), end = begin + p.span.length;
    const Part part = part_of(p.g, level, head, begin, end, segment_at(p.g, level, head, end));
    Rotation rotation;
    rotation.table = p.rotation;
    rotation.half = p.head_dim / 2;
    rotation.interleaved = p.interleaved;
    rotation.index = part.index;
    for (int n = thread(); n < rows * rotation.half; n += threads) {
      const int fresh = item.tile * rows + n / rotation.half, i = n % rotation.half;
      if (fresh >= part.fresh) return;
      const int row = part.kept + fresh;
      const std::int64_t at = part.position(row) - begin, in_head = std::int64_t(p.g.kv_column_of(item.column)) * p.head_dim;
      const Element *k = p.in.k + at * p.in.k_stride + in_head, *v = p.in.v + at * p.in.v_stride + in_head;
      const std::int64_t to = items.kept_offset + (item.column * items.kept_capacity + row) * p.head_dim;
      p.kept.v[to + 2 * i] = v[2 * i];
      p.kept.v[to + 2 * i + 1] = v[2 * i + 1];
      const int low = rotation.low(i), high = rotation.high(i);
      float x = to_float(k[low]), y = to_float(k[high]);
      if (rotation.active()) {
        float cosine, sine;
        rotation.turn(row, i, cosine, sine);
        const float turned = x * cosine - y * sine;
        y = y * cosine + x * sine;
        x = turned;
      }
      put(p.kept.k[to + low], x);
      put(p.kept.k[to + high], y);
    }
  }
};

template <typename Element>
struct ScaleParams {
  Element* k = nullptr;
  std::int64_t count = 0;
  const float* factors = nullptr;
  int head_dim = 1;
};

template <typename Element>
struct ScaleKeys {
  using Params = ScaleParams<Element>;
  static constexpr int threads = 256, blocks = 4, shared_bytes = 0;

  CORPUSCOPE_DEVICE static void run(const Params& p, char*) {
    const std::int64_t i = block() * threads + thread();
    if (i < p.count) put(p.k[i], to_float(p.k[i]) * p.factors[i % p.head_dim]);
  }
};

struct AdvanceParams {
  std::int64_t* begin = nullptr;
  std::int64_t length = 0;
};

struct Advance {
  using Params = AdvanceParams;
  static constexpr int threads = 32, blocks = 1, shared_bytes = 0;

  CORPUSCOPE_DEVICE static void run(const Params& p, char*) {
    if (thread() == 0) *p.begin += p.length;
  }
};

}  // namespace corpuscope::attention::cuda
