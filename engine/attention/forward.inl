// The forward pass of a block, for any kind of tiles (float32 in kernel.inl, bf16 in kernel_bf16.inl).
//
// Everything is computed transposed: a tile holds 64 queries side by side in the lanes and keys (or dimensions) one
// below the other. Then the running softmax (FlashAttention, arXiv 2205.14135, section 3.1) needs no sum across lanes.
// Scores are kept times log2(e), so that weights are powers of two.
//
// Tiles says how a tile of queries, keys or values lies in working memory and how tiles are multiplied:
//   Element                                    of the rows that are read
//   key_step                                   keys are padded to a multiple of it, an even one
//   in_place                                   weights take the place of the scores
//   query_floats(d), key_floats(d)             room for a tile of queries, of keys or of values
//   sum_rows(d)                                rows of the sum, at least d
//   queries(block, first, count, to)           packs query rows
//   score_factor(scale)                        what the products of packed rows are yet to be multiplied by; above 0
//   keys(rows, first, count, d, to), values(rows, first, count, d, to)   where they lie: at `to`, or as they were
//   scores(k, q, scores, keys, d)              scores[key][query] = k q
//   store_weights(tile, j, c, w0, w1)          weights of keys j and j + 1 for the queries of vector c
//   add_values(v, tile, sum, keys, d)          sum[dimension][query] += v weights
#pragma once
#include "attention/vectors.inl"

namespace corpuscope::attention::KERNEL_NAMESPACE {

namespace {

constexpr float lowest = -1e30f;  // below any score
constexpr float stale = 8;  // as long as scores exceed the largest by less than that, their weights stay below 2^8

// The running softmax of 64 queries.
struct Running {
  float* q;        // packed, scaled
  float* sum;      // [head_dim, tile]: weighted values so far, times the denominator
  float* largest;  // [tile], log2; not always the very largest, see `stale`
  float* total;    // [tile]: denominator relative to `largest`
  std::int64_t first;
  int count;
};

template <class Tiles>
void start(const BlockOf<typename Tiles::Element>& block, const Running& run) {
  const int d = block.head_dim;
  Tiles::queries(block, run.first, run.count, run.q);
  std::fill(run.largest, run.largest + tile, lowest);
  std::fill(run.total, run.total + tile, 0.f);
  if (block.fresh) {
    std::fill(run.sum, run.sum + d * tile, 0.f);
    return;
  }
  for (int i = 0; i < run.count; ++i) {
    run.largest[i] = block.lse[(run.first + i) * block.lse_stride] * log2_e;
    run.total[i] = 1;
  }
  if (d % lanes == 0) {
    for (int c = 0; c < d; c += lanes)
      for (int r = 0; r < tile; r += lanes) {
        Vector x[lanes];
        for (int i = 0; i < lanes; ++i)
          x[i] = r + i < run.count ? load(block.out + (run.first + r + i) * block.out_stride + c) : Vector{};
        transpose_square(x);
        for (int i = 0; i < lanes; ++i) store(run.sum + (c + i) * tile + r, x[i]);
      }
    return;
  }
  for (int c = 0; c < d; ++c)
    for (int i = 0; i < tile; ++i)
      run.sum[c * tile + i] = i < run.count ? block.out[(run.first + i) * block.out_stride + c] : 0;
}

template <typename Element>
void finish(const BlockOf<Element>& block, const Running& run) {
  const int d = block.head_dim;
  float inverse[tile];
  for (int i = 0; i < tile; ++i) inverse[i] = i < run.count ? 1 / run.total[i] : 0;
  for (int i = 0; i < run.count; ++i)
    block.lse[(run.first + i) * block.lse_stride] = (run.largest[i] + std::log2(run.total[i])) * ln_2;
  if (d % lanes == 0) {
    for (int c = 0; c < d; c += lanes)
      for (int r = 0; r < run.count; r += lanes) {
        Vector x[lanes];
        for (int i = 0; i < lanes; ++i) x[i] = load(run.sum + (c + i) * tile + r) * load(inverse + r);
        transpose_square(x);
        for (int i = 0; i < std::min(lanes, run.count - r); ++i)
          store(block.out + (run.first + r + i) * block.out_stride + c, x[i]);
      }
    return;
  }
  for (int i = 0; i < run.count; ++i)
    for (int c = 0; c < d; ++c)
      block.out[(run.first + i) * block.out_stride + c] = run.sum[c * tile + i] * inverse[i];
}

// Scores [keys, tile] become weights; the queries' state follows. `keys` is even.
template <class Tiles>
void soften(const Running& run, float factor, float* scores, float* weights, int keys, int head_dim) {
  for (int c = 0; c < tile; c += lanes) {
    const Vector before = load(run.largest + c);
    Vector largest = all(masked), other = largest;
    for (int j = 0; j < keys; j += 2) {
      largest = larger(largest, load(scores + j * tile + c));
      other = larger(other, load(scores + (j + 1) * tile + c));
    }
    largest = larger(larger(largest, other) * factor, before);
    Vector total = load(run.total + c), total_other = Vector{};
    if (any(largest > before + stale)) {
      const Vector shrink = power_of_two(before - largest);
      total *= shrink;
      for (int d = 0; d < head_dim; ++d) store(run.sum + d * tile + c, load(run.sum + d * tile + c) * shrink);
      store(run.largest + c, largest);
    } else {
      largest = before;
    }
    for (int j = 0; j < keys; j += 2) {
      const Vector w0 = power_of_two(load(scores + j * tile + c) * factor - largest);
      const Vector w1 = power_of_two(load(scores + (j + 1) * tile + c) * factor - largest);
      Tiles::store_weights(weights, j, c, w0, w1);
      total += w0;
      total_other += w1;
    }
    store(run.total + c, total + total_other);
  }
}

template <class Tiles>
void add_tile(const BlockOf<typename Tiles::Element>& block, const Running& run, const float* k, const float* v,
              std::int64_t key, int keys, float* scores, float* weights) {
  const int padded_keys = padded(keys, Tiles::key_step);
  Tiles::scores(k, run.q, scores, keys, block.head_dim);
  const std::int64_t query = block.query_row + run.first;
  if (block.causal && key + keys - 1 > query) hide(scores, key, keys, query);
  std::fill(scores + keys * tile, scores + padded_keys * tile, masked);
  soften<Tiles>(run, Tiles::score_factor(block.scale), scores, weights, padded_keys, block.head_dim);
  Tiles::add_values(v, weights, run.sum, keys, block.head_dim);
}

template <class Tiles>
void forward(const BlockOf<typename Tiles::Element>& block) {
  constexpr int group = int(queries_per_pass) / tile;
  const int d = block.head_dim;
  Running runs[group];
  float *scores = nullptr, *weights = nullptr, *k_room = nullptr, *v_room = nullptr;
  const auto lay_out = [&](Pieces pieces) {
    for (Running& run : runs)
      run = {pieces.take(Tiles::query_floats(d)), pieces.take(Tiles::sum_rows(d) * tile), pieces.take(tile), pieces.take(tile),
             0, 0};
    scores = pieces.take(tile * tile);
    weights = Tiles::in_place ? scores : pieces.take(tile * tile);
    k_room = pieces.take(Tiles::key_floats(d));
    v_room = pieces.take(Tiles::key_floats(d));
    return pieces.taken;
  };
  lay_out({scratch(lay_out({}))});
  for (std::int64_t first = 0; first < block.queries; first += queries_per_pass) {
    int count = 0;
    for (; count < group && first + count * tile < block.queries; ++count) {
      runs[count].first = first + count * tile;
      runs[count].count = int(std::min<std::int64_t>(tile, block.queries - runs[count].first));
      start<Tiles>(block, runs[count]);
    }
    const std::int64_t end = visible_keys(block, runs[count - 1].first + runs[count - 1].count - 1);
    for (std::int64_t key = 0; key < end; key += tile) {
      const int keys = int(std::min<std::int64_t>(tile, end - key));
      const float* k = Tiles::keys(block.k, key, keys, d, k_room);
      const float* v = Tiles::values(block.v, key, keys, d, v_room);
      for (int i = 0; i < count; ++i) {
        const std::int64_t visible = visible_keys(block, runs[i].first + runs[i].count - 1) - key;
        if (visible > 0)
          add_tile<Tiles>(block, runs[i], k, v, key, int(std::min<std::int64_t>(keys, visible)), scores, weights);
      }
    }
    for (int i = 0; i < count; ++i) finish(block, runs[i]);
  }
}

}  // namespace

}  // namespace corpuscope::attention::KERNEL_NAMESPACE
