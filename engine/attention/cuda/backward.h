#pragma once
// The backward pass. Weights are computed again from out's log-sum-exp, in two kernels: one holds a tile of queries and
// lets the keys pass by, for the gradients of queries; the other holds a tile of keys and lets the queries pass by. So
// each gradient is summed by one block in a fixed order. (One kernel for both would save two of seven products and add
// to the queries' gradients by chance.)

#include "attention/cuda/forward.h"

namespace corpuscope::attention::cuda {

template <typename Element>
struct BackwardParams : Common<Element> {
  const Element* dout = nullptr;
  std::int64_t dout_stride = 0;
  const float *out = nullptr, *lse = nullptr;
  float* delta = nullptr;  // sum(out * dout) of each position and head
  float *dq = nullptr, *dk = nullptr, *dv = nullptr;
  KeptGradients kept_gradients;
  bool fresh = false;  // the lowest level: gradients are written, else added to
};

template <typename Element>
struct Delta {
  using Params = BackwardParams<Element>;
  static constexpr int threads = 128, blocks = 8, shared_bytes = 0;

  CORPUSCOPE_DEVICE static void run(const Params& p, char*) {
    const std::int64_t row = block() * (threads / 32) + thread() / 32;
    if (row >= p.span.length * p.g.columns) return;
    const std::int64_t position = row / p.g.columns, column = row % p.g.columns;
    float sum = 0;
    for (int c = lane(); c < p.head_dim; c += 32)
      sum += p.out[row * p.head_dim + c] * to_float(p.dout[position * p.dout_stride + column * p.head_dim + c]);
    for (int mask = 16; mask > 0; mask /= 2) sum += shuffle_xor(sum, mask);
    if (lane() == 0) p.delta[row] = sum;
  }
};

template <typename Element>
struct BackwardShape;
template <>
struct BackwardShape<Bf16> {
  static constexpr int warps = 4, mt = 1, others = 64;
};
template <>
struct BackwardShape<float> {
  static constexpr int warps = 2, mt = 1, others = 32;
};

// Where a row of gradients goes.
struct GradientRow {
  float* to = nullptr;  // null: nowhere
  bool add = true;
};

// Adds a block's rows of gradients, scaled and (with `rotation`) turned back, to where target(row of the tile) says.
// Row 0 of the tile is row `first` of the segment. Shared memory has to have room for the rows in float32, and nothing
// else may be using it.
template <int threads, int mt, int dim, typename Target>
CORPUSCOPE_DEVICE void add_gradients(const Fragments<mt, dim / 8>& x, float scale, int head_dim, const Rotation& rotation,
                                     int first, char* shared, const Target& target) {
  constexpr int rows = threads / 32 * 16 * mt;
  float* staged = reinterpret_cast<float*>(shared);
#pragma unroll
  for (int m = 0; m < mt; ++m)
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      const int row = thread() / 32 * 16 * mt + 16 * m + 8 * h + lane() / 4;
      GradientRow to;
      if (!rotation.active()) to = target(row);
#pragma unroll
      for (int n = 0; n < dim / 8; ++n) {
        const int column = 8 * n + lane() % 4 * 2;
        TwoFloats now{x[m][n][2 * h] * scale, x[m][n][2 * h + 1] * scale};
        if (rotation.active()) {
          *reinterpret_cast<TwoFloats*>(staged + row * dim + column) = now;
        } else if (to.to && 8 * n < head_dim) {
          TwoFloats& two = *reinterpret_cast<TwoFloats*>(to.to + column);
          if (to.add) now = {two.x + now.x, two.y + now.y};
          two = now;
        }
      }
    }
  if (!rotation.active()) return;
  barrier();
  for (int n = thread(); n < rows * rotation.half; n += threads) {
    const int row = n / rotation.half, i = n % rotation.half;
    const GradientRow to = target(row);
    if (!to.to) continue;
    float cosine, sine;
    rotation.turn(first + row, i, cosine, sine);
    const float x = staged[row * dim + rotation.low(i)], y = staged[row * dim + rotation.high(i)];
    float &a = to.to[rotation.low(i)], &b = to.to[rotation.high(i)];
    a = (to.add ? a : 0) + x * cosine + y * sine;
    b = (to.add ? b : 0) + y * cosine - x * sine;
  }
}

// Gradients of a tile of queries.
template <typename Element, int dim>
struct BackwardQueries {
  using Params = BackwardParams<Element>;
  using Shape = BackwardShape<Element>;
  static constexpr int warps = Shape::warps, mt = Shape::mt, keys = Shape::others;
  static constexpr int threads = 32 * warps, rows = 16 * mt * warps, blocks = dim <= 64 ? 3 : 2;
  using QueryTile = Tile<Element, rows, dim>;
  using KeyTile = Tile<Element, keys, dim>;
  static constexpr int shared_bytes = 2 * QueryTile::bytes + 4 * KeyTile::bytes;

  CORPUSCOPE_DEVICE static void run(const Params& p, char* shared) {
    const Place<Element> place(p, block());
    const Part& part = place.part;
    const int first = place.item.tile * rows;
    if (first >= part.fresh) return;
    const QueryTile query_tile(shared), dout_tile(shared + QueryTile::bytes);
    char* const streamed = shared + 2 * QueryTile::bytes;
    const auto key_tile = [&](int stage) { return KeyTile(streamed + stage * KeyTile::bytes); };
    const auto value_tile = [&](int stage) { return KeyTile(streamed + (2 + stage) * KeyTile::bytes); };
    const RowSource<Element> k = place.keys(p), v = place.values(p);
    const Rotation rotation = place.rotation(p);
    const int end = (place.keys_seen(p, first + rows) + keys - 1) / keys;

    load<threads>(query_tile, place.fresh_rows(p, p.in.q, p.in.q_stride), first);
    load<threads>(dout_tile, place.fresh_rows(p, p.dout, p.dout_stride), first);
    load<threads>(key_tile(0), k, 0);
    load<threads>(value_tile(0), v, 0);
    commit_copies();
    const int warp_row = thread() / 32 * 16 * mt;
    float lse[mt][2], delta[mt][2];  // lse times log2(e), as the scores are
#pragma unroll
    for (int m = 0; m < mt; ++m)
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        const int i = first + warp_row + 16 * m + 8 * h + lane() / 4;
        const std::int64_t row = (place.fresh_at() + i * part.dilation) * p.g.columns + place.item.column;
        lse[m][h] = i < part.fresh ? p.lse[row] * log2_e : INFINITY;
        delta[m][h] = i < part.fresh ? p.delta[row] : 0;
      }
    wait_copies<0>();
    barrier();
    if (rotation.active()) rotate<threads>(query_tile, rotation, part.kept + first, 0);

    Fragments<mt, dim / 8> dq;
    clear<mt, dim / 8>(dq);
    for (int t = 0; t < end; ++t) {
      const int stage = t % 2, key = t * keys;
      wait_copies<0>();
      barrier();
      if (t + 1 < end) {
        load<threads>(key_tile(1 - stage), k, key + keys);
        load<threads>(value_tile(1 - stage), v, key + keys);
      }
      commit_copies();
      if (rotation.active()) {
        rotate<threads>(key_tile(stage), rotation, key, part.kept);
        barrier();
      }
      if (p.g.causal && key > part.kept + first + warp_row + 16 * mt - 1) continue;
      Fragments<mt, keys / 8> s, ds;
      clear<mt, keys / 8>(s);
      clear<mt, keys / 8>(ds);
      product_rows(s, query_tile, warp_row, key_tile(stage));
      if (key + keys > part.rows() || (p.g.causal && key + keys - 1 > part.kept + first + warp_row))
        mask<mt, keys / 8>(s, p.g.causal, first + warp_row, key, part.kept, part.rows());
      product_rows(ds, dout_tile, warp_row, value_tile(stage));
#pragma unroll
      for (int m = 0; m < mt; ++m)
#pragma unroll
        for (int n = 0; n < keys / 8; ++n)
#pragma unroll
          for (int e = 0; e < 4; ++e)
            ds[m][n][e] = exp2(s[m][n][e] * p.scale - lse[m][e / 2]) * (ds[m][n][e] - delta[m][e / 2]);
      product_columns(dq, ds, key_tile(stage));
    }
    wait_copies<0>();
    barrier();
    add_gradients<threads, mt, dim>(dq, p.scale * ln_2, p.head_dim, rotation, part.kept + first, shared, [&](int row) {
      GradientRow to;
      to.add = !p.fresh;
      if (first + row < part.fresh)
        to.to = p.dq + ((place.fresh_at() + (first + row) * part.dilation) * p.g.columns + place.item.column) * p.head_dim;
      return to;
    });
  }
};

// Gradients of a tile of keys and their values. Products are transposed: rows of fragments are keys, columns queries.
template <typename Element, int dim>
struct BackwardKeys {
  using Params = BackwardParams<Element>;
  using Shape = BackwardShape<Element>;
  static constexpr int warps = Shape::warps, mt = Shape::mt, queries = Shape::others;
  static constexpr int threads = 32 * warps, rows = 16 * mt * warps, blocks = 2;
  using KeyTile = Tile<Element, rows, dim>;
  using QueryTile = Tile<Element, queries, dim>;
  static constexpr int numbers = 2 * KeyTile::bytes + 4 * QueryTile::bytes;  // where lse and delta lie
  static constexpr int shared_bytes = numbers + 4 * queries * int(sizeof(float));

  CORPUSCOPE_DEVICE static void run(const Params& p, char* shared) {
    const Place<Element> place(p, block());
    const Part& part = place.part;
    const int first = place.item.tile * rows;  // of all rows of the segment
    if (first >= part.rows()) return;
    if (!p.kept_gradients.k && (part.fresh == 0 || first + rows <= part.kept)) return;
    const KeyTile key_tile(shared), value_tile(shared + KeyTile::bytes);
    char* const streamed = shared + 2 * KeyTile::bytes;
    const auto query_tile = [&](int stage) { return QueryTile(streamed + stage * QueryTile::bytes); };
    const auto dout_tile = [&](int stage) { return QueryTile(streamed + (2 + stage) * QueryTile::bytes); };
    const auto lse = [&](int stage) { return reinterpret_cast<float*>(shared + numbers) + 2 * stage * queries; };
    const RowSource<Element> q = place.fresh_rows(p, p.in.q, p.in.q_stride);
    const RowSource<Element> dout = place.fresh_rows(p, p.dout, p.dout_stride);
    const Rotation rotation = place.rotation(p);
    const auto load_queries = [&](int stage, int query) {
      load<threads>(query_tile(stage), q, query);
      load<threads>(dout_tile(stage), dout, query);
      for (int i = thread(); i < queries; i += threads) {
        const bool there = query + i < part.fresh;
        const std::int64_t row = (place.fresh_at() + (query + i) * part.dilation) * p.g.columns + place.item.column;
        lse(stage)[i] = there ? p.lse[row] * log2_e : INFINITY;  // no weight
        lse(stage)[queries + i] = there ? p.delta[row] : 0;
      }
    };

    // The first tile of queries that see any of these keys.
    const int begin = p.g.causal && first > part.kept ? (first - part.kept) / queries : 0;
    const int end = (part.fresh + queries - 1) / queries;
    load<threads>(key_tile, place.keys(p), first);
    load<threads>(value_tile, place.values(p), first);
    load_queries(0, begin * queries);
    commit_copies();
    wait_copies<0>();
    barrier();
    if (rotation.active()) rotate<threads>(key_tile, rotation, first, part.kept);

    const int warp_row = thread() / 32 * 16 * mt;
    Fragments<mt, dim / 8> dk, dv;
    clear<mt, dim / 8>(dk);
    clear<mt, dim / 8>(dv);
    for (int t = begin; t < end; ++t) {
      const int stage = (t - begin) % 2, query = t * queries;
      wait_copies<0>();
      barrier();
      if (t + 1 < end) load_queries(1 - stage, query + queries);
      commit_copies();
      if (rotation.active()) {
        rotate<threads>(query_tile(stage), rotation, part.kept + query, 0);
        barrier();
      }
      if (p.g.causal && part.kept + query + queries - 1 < first + warp_row) continue;
      Fragments<mt, queries / 8> s, ds;
      clear<mt, queries / 8>(s);
      clear<mt, queries / 8>(ds);
      product_rows(s, key_tile, warp_row, query_tile(stage));
      const bool masked = p.g.causal && part.kept + query < first + warp_row + 16 * mt - 1;
      weights(s, lse(stage), p.scale, masked, first + warp_row, part.kept + query);
      product_columns(dv, s, dout_tile(stage));
      product_rows(ds, value_tile, warp_row, dout_tile(stage));
#pragma unroll
      for (int m = 0; m < mt; ++m)
#pragma unroll
        for (int n = 0; n < queries / 8; ++n)
#pragma unroll
          for (int e = 0; e < 4; ++e)
            ds[m][n][e] = s[m][n][e] * (ds[m][n][e] - lse(stage)[queries + 8 * n + lane() % 4 * 2 + e % 2]);
      product_columns(dk, ds, query_tile(stage));
    }
    wait_copies<0>();
    barrier();
    const bool write = p.fresh && (place.item.column == 0 || place.head % p.g.group == 0);  // first of its group
    const auto target = [&](float* own, float* kept) {
      return [&, own, kept](int row) {
        const int i = first + row;
        GradientRow to;
        if (i < part.kept) {
          const LevelItems& items = p.items.level[place.item.entry];
          if (kept) to.to = kept + items.kept_offset + (place.item.column * items.kept_capacity + i) * p.head_dim;
          to.add = false;
        } else if (i < part.rows()) {
          const std::int64_t position = place.fresh_at() + (i - part.kept) * part.dilation;
          to.to = own + (position * p.g.kv_columns + p.g.kv_column_of(place.item.column)) * p.head_dim;
          to.add = !write;
        }
        return to;
      };
    };
    add_gradients<threads, mt, dim>(dv, 1.f, p.head_dim, Rotation(), first, shared, target(p.dv, p.kept_gradients.v));
    add_gradients<threads, mt, dim>(dk, p.scale * ln_2, p.head_dim, rotation, first, shared,
                                    target(p.dk, p.kept_gradients.k));
  }

  // Products [keys, queries] become weights. Row 0 is key `key`, column 0 the query that sees keys up to `last`.
  CORPUSCOPE_DEVICE static void weights(Fragments<mt, queries / 8>& s, const float* lse, float scale, bool masked, int key,
                                        int last) {
#pragma unroll
    for (int m = 0; m < mt; ++m)
#pragma unroll
      for (int n = 0; n < queries / 8; ++n)
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          const int i = 16 * m + lane() / 4 + 8 * (e / 2), j = 8 * n + lane() % 4 * 2 + e % 2;
          const bool seen = !masked || key + i <= last + j;
          s[m][n][e] = seen ? exp2(s[m][n][e] * scale - lse[j]) : 0;
        }
  }
};

}  // namespace corpuscope::attention::cuda
