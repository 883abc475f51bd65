#pragma once
// What forward kernels do around their products: the online softmax, the mask, a block's share of the keys, and how a
// tile's results are merged with what the levels below have left in out and lse, or stored for combine.h where
// several blocks share the keys.

#include "attention/cuda/items.h"
#include "attention/cuda/products.h"

namespace corpuscope::attention::cuda {

template <typename Element>
struct ForwardParams : Common<Element> {
  bool fresh = false;  // no level below wrote out and lse
  float *out = nullptr, *lse = nullptr;
  // Where not null: results of each item, [count, rows, head_dim] and [count, rows]; out and lse are left alone.
  float *partial_out = nullptr, *partial_lse = nullptr;
};

// The softmax of mt x 2 rows of a thread's fragments, so far.
template <int mt>
struct OnlineSoftmax {
  float largest[mt][2], sum[mt][2];  // of the products, unscaled; each thread sums its own columns

  CORPUSCOPE_DEVICE OnlineSoftmax() {
#pragma unroll
    for (int m = 0; m < mt; ++m) {
      largest[m][0] = largest[m][1] = -INFINITY;
      sum[m][0] = sum[m][1] = 0;
    }
  }

  // Turns products into weights relative to the largest one so far, and brings `out` to the same.
  template <int nt, int dt>
  CORPUSCOPE_DEVICE void step(Fragments<mt, nt>& s, Fragments<mt, dt>& out, float scale) {
#pragma unroll
    for (int m = 0; m < mt; ++m)
#pragma unroll
      for (int h = 0; h < 2; ++h) shrink(out[m], h, weigh(s[m], m, h, scale));
  }

  // The two halves of a step, for one row: the weights, and what the row's earlier results have to be multiplied by.
  template <int nt>
  CORPUSCOPE_DEVICE float weigh(float (&s)[nt][4], int m, int h, float scale) {
    float most = largest[m][h];
#pragma unroll
    for (int n = 0; n < nt; ++n) most = fmaxf(most, fmaxf(s[n][2 * h], s[n][2 * h + 1]));
    most = fmaxf(most, shuffle_xor(most, 1));
    most = fmaxf(most, shuffle_xor(most, 2));
    const float base = most == -INFINITY ? 0 : most * scale;  // a row that has seen no key yet stays at nothing
    const float factor = exp2(largest[m][h] * scale - base);
    largest[m][h] = most;
    float added = 0;
#pragma unroll
    for (int n = 0; n < nt; ++n)
#pragma unroll
      for (int e = 2 * h; e < 2 * h + 2; ++e) added += s[n][e] = exp2(s[n][e] * scale - base);
    sum[m][h] = sum[m][h] * factor + added;
    return factor;
  }
  template <int dt>
  CORPUSCOPE_DEVICE static void shrink(float (&out)[dt][4], int h, float factor) {
#pragma unroll
    for (int n = 0; n < dt; ++n) {
      out[n][2 * h] *= factor;
      out[n][2 * h + 1] *= factor;
    }
  }

  CORPUSCOPE_DEVICE float total(int m, int h) const {
    float all = sum[m][h];
    all += shuffle_xor(all, 1);
    return all + shuffle_xor(all, 2);
  }
};

// Sets products of pairs that are not visible to -infinity. Row 0 of the fragments is new row `row`, column 0 key
// `key`.
template <int mt, int nt>
CORPUSCOPE_DEVICE void mask(Fragments<mt, nt>& s, bool causal, int row, int key, int kept, int keys) {
#pragma unroll
  for (int m = 0; m < mt; ++m)
#pragma unroll
    for (int n = 0; n < nt; ++n)
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int i = row + 16 * m + lane() / 4 + 8 * (e / 2), j = key + 8 * n + lane() % 4 * 2 + e % 2;
        if (j >= keys || (causal && j > kept + i)) s[m][n][e] = -INFINITY;
      }
}

// The tiles of keys, of `keys` each, that a block works on: its share of those that the new rows before `fresh_end`
// see.
struct Share {
  int begin = 0, end = 0;
};
template <typename Element>
CORPUSCOPE_DEVICE Share share_of(const ForwardParams<Element>& p, const Place<Element>& place, int fresh_end,
                                 int keys) {
  const int all = (place.keys_seen(p, fresh_end) + keys - 1) / keys, splits = p.items.level[place.item.entry].splits;
  const int share = (all + splits - 1) / splits, begin = place.item.split * share;
  return {begin, begin + share < all ? begin + share : all};
}

// Row 0 of the fragments is row `warp_row` of the block's tile of `rows` rows, which begins at new row `first`.
template <int rows, int mt, int dt, typename Element>
CORPUSCOPE_DEVICE void store(const ForwardParams<Element>& p, const Place<Element>& place, int first, int warp_row,
                             Fragments<mt, dt>& out, const OnlineSoftmax<mt>& softmax) {
  const int pair = lane() % 4, columns = p.g.columns;
#pragma unroll
  for (int m = 0; m < mt; ++m)
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      const int i = warp_row + 16 * m + 8 * h + lane() / 4;  // of the tile
      const bool there = first + i < place.part.fresh;
      const float sum = softmax.total(m, h);
      float lse = sum > 0 ? (softmax.largest[m][h] * p.scale + log2(sum)) * ln_2 : -INFINITY;
      if (sum != sum) lse = sum;
      float scale = sum == 0 ? 0 : 1 / sum, carried = 0;
      float *to = nullptr, *to_lse = nullptr;
      if (p.partial_out) {
        const std::int64_t row = block() * rows + i;
        to = p.partial_out + row * p.head_dim;
        to_lse = p.partial_lse + row;
      } else {
        const std::int64_t row = (place.fresh_at() + (first + i) * place.part.dilation) * columns + place.item.column;
        to = p.out + row * p.head_dim;
        to_lse = p.lse + row;
        if (!p.fresh) {
          // One lane of four reads it, because the same one will write it.
          const float before = shuffle(there && pair == 0 ? *to_lse : 0.f, lane() - pair);
          const float most = fmaxf(before, lse);
          const float a = exp2((before - most) * log2_e), b = exp2((lse - most) * log2_e);
          carried = a / (a + b);
          scale *= b / (a + b);
          lse = most + log2(a + b) * ln_2;
        }
      }
      if (!there) continue;
      if (pair == 0) *to_lse = lse;
#pragma unroll
      for (int n = 0; n < dt; ++n) {
        if (8 * n >= p.head_dim) break;
        TwoFloats& two = *reinterpret_cast<TwoFloats*>(to + 8 * n + 2 * pair);
        TwoFloats now{out[m][n][2 * h] * scale, out[m][n][2 * h + 1] * scale};
        if (carried != 0) {
          now.x += two.x * carried;
          now.y += two.y * carried;
        }
        two = now;
      }
    }
}

}  // namespace corpuscope::attention::cuda
