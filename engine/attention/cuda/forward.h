#pragma once
// The forward pass of a tile of queries: its keys pass by in tiles, two of which are in shared memory at a time, so that
// one is copied while the other is multiplied. The softmax is online; what comes out is merged with what the levels
// below have left in out and lse, or stored for combine.h where several blocks share the keys.

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

// The tiles that a kernel for this element and (padded) head dimension works on.
template <typename Element, int dim>
struct ForwardShape;
template <int dim>
struct ForwardShape<Bf16, dim> {
  static constexpr int warps = 4, mt = 2, keys = 64;
  static constexpr bool left_in_registers = dim <= 64;
};
template <int dim>
struct ForwardShape<float, dim> {
  static constexpr int warps = 4, mt = 1, keys = 32;
  static constexpr bool left_in_registers = true;  // float32 products read shared memory in any case
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
      for (int h = 0; h < 2; ++h) {
        float most = largest[m][h];
#pragma unroll
        for (int n = 0; n < nt; ++n) most = fmaxf(most, fmaxf(s[m][n][2 * h], s[m][n][2 * h + 1]));
        most = fmaxf(most, shuffle_xor(most, 1));
        most = fmaxf(most, shuffle_xor(most, 2));
        const float base = most == -INFINITY ? 0 : most * scale;  // a row that has seen no key yet stays at nothing
        const float shrink = exp2(largest[m][h] * scale - base);
        largest[m][h] = most;
        float added = 0;
#pragma unroll
        for (int n = 0; n < nt; ++n)
#pragma unroll
          for (int e = 2 * h; e < 2 * h + 2; ++e) added += s[m][n][e] = exp2(s[m][n][e] * scale - base);
        sum[m][h] = sum[m][h] * shrink + added;
#pragma unroll
        for (int n = 0; n < dt; ++n) {
          out[m][n][2 * h] *= shrink;
          out[m][n][2 * h + 1] *= shrink;
        }
      }
  }

  CORPUSCOPE_DEVICE float total(int m, int h) const {
    float all = sum[m][h];
    all += shuffle_xor(all, 1);
    return all + shuffle_xor(all, 2);
  }
};

// Sets products of pairs that are not visible to -infinity. Row 0 of the fragments is new row `row`, column 0 key `key`.
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

template <typename Element, int dim>
struct Forward {
  using Params = ForwardParams<Element>;
  using Shape = ForwardShape<Element, dim>;
  static constexpr int warps = Shape::warps, mt = Shape::mt, keys = Shape::keys;
  static constexpr int threads = 32 * warps, rows = 16 * mt * warps, blocks = 2;
  using QueryTile = Tile<Element, rows, dim>;
  using KeyTile = Tile<Element, keys, dim>;
  static constexpr int shared_bytes = QueryTile::bytes + 4 * KeyTile::bytes;

  CORPUSCOPE_DEVICE static void run(const Params& p, char* shared) {
    const Place<Element> place(p, block());
    const Part& part = place.part;
    const int first = place.item.tile * rows;  // of the new rows
    if (first >= part.fresh) return;
    const QueryTile query_tile(shared);
    const auto key_tile = [&](int stage) { return KeyTile(shared + QueryTile::bytes + stage * KeyTile::bytes); };
    const auto value_tile = [&](int stage) { return KeyTile(shared + QueryTile::bytes + (2 + stage) * KeyTile::bytes); };
    const RowSource<Element> k = place.keys(p), v = place.values(p);
    const Rotation rotation = place.rotation(p);

    // This block's share of the tiles of keys.
    const int all = (place.keys_seen(p, first + rows) + keys - 1) / keys, splits = p.items.level[place.item.entry].splits;
    const int share = (all + splits - 1) / splits, begin = place.item.split * share;
    const int end = begin + share < all ? begin + share : all;

    load<threads>(query_tile, place.fresh_rows(p, p.in.q, p.in.q_stride), first);
    if (begin < end) {
      load<threads>(key_tile(0), k, begin * keys);
      load<threads>(value_tile(0), v, begin * keys);
    }
    commit_copies();
    wait_copies<0>();
    barrier();
    if (rotation.active()) {
      rotate<threads>(query_tile, rotation, part.kept + first, 0);
      barrier();
    }

    const int warp_row = thread() / 32 * 16 * mt;
    LeftRows<Element, mt, dim> left;
    if constexpr (Shape::left_in_registers) left.load(query_tile, warp_row);
    Fragments<mt, dim / 8> out;
    clear<mt, dim / 8>(out);
    OnlineSoftmax<mt> softmax;
    for (int t = begin; t < end; ++t) {
      const int stage = (t - begin) % 2, key = t * keys;
      wait_copies<0>();
      barrier();  // the tile is there for all, and nobody works on the one before it any more
      if (t + 1 < end) {
        load<threads>(key_tile(1 - stage), k, key + keys);
        load<threads>(value_tile(1 - stage), v, key + keys);
      }
      commit_copies();
      if (rotation.active()) {
        rotate<threads>(key_tile(stage), rotation, key, part.kept);
        barrier();
      }
      if (p.g.causal && key > part.kept + first + warp_row + 16 * mt - 1) continue;  // wholly masked for this warp
      Fragments<mt, keys / 8> s;
      clear<mt, keys / 8>(s);
      if constexpr (Shape::left_in_registers)
        product_rows(s, left, key_tile(stage));
      else
        product_rows(s, query_tile, warp_row, key_tile(stage));
      if (key + keys > part.rows() || (p.g.causal && key + keys - 1 > part.kept + first + warp_row))
        mask<mt, keys / 8>(s, p.g.causal, first + warp_row, key, part.kept, part.rows());
      softmax.step(s, out, p.scale);
      product_columns(out, s, value_tile(stage));
    }
    wait_copies<0>();
    store(p, place, first, warp_row, out, softmax);
  }

 private:
  CORPUSCOPE_DEVICE static void store(const Params& p, const Place<Element>& place, int first, int warp_row,
                                      Fragments<mt, dim / 8>& out, const OnlineSoftmax<mt>& softmax) {
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
        for (int n = 0; n < dim / 8; ++n) {
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
};

}  // namespace corpuscope::attention::cuda
