// The kernel's one source, compiled once for each instruction set with
//   KERNEL_NAMESPACE  where it lives
//   KERNEL_NAME       what it is called
//   LANES             floats in a vector register
//   REGISTERS         vector registers
//
// Everything is computed transposed: a tile holds 64 queries side by side in the lanes and keys (or dimensions) one
// below the other. Then the running softmax (FlashAttention, arXiv 2205.14135, section 3.1) needs no sum across lanes,
// and the strided rows of K and V are read in place, one broadcast value at a time; only Q is transposed, once a tile.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "attention/kernel.h"
#include "attention/level_rotation.h"

namespace corpuscope::attention::KERNEL_NAMESPACE {

namespace {

typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef float Loose __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef std::int32_t Integers __attribute__((vector_size(4 * LANES)));

constexpr int tile = 64;                 // queries, and keys, of a tile
constexpr int lanes = LANES;
constexpr int vectors = tile / lanes;    // of one row of a tile
constexpr int group = 4;                 // query tiles that share one pass over the keys
constexpr float masked = -1e30f;

inline Vector load(const float* p) { return *reinterpret_cast<const Loose*>(p); }
inline void store(float* p, Vector x) { *reinterpret_cast<Loose*>(p) = x; }
inline Vector all(float x) { return Vector{} + x; }
inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }

// e^x for x <= 0 with a relative error under 2e-7; 0 below -87. Cody and Waite's reduction, Taylor's polynomial on
// [-ln2/2, ln2/2].
inline Vector exponential(Vector x) {
  const Vector shifter = all(12582912.f);  // 1.5 * 2^23: adding it rounds to an integer
  const Vector clamped = larger(x, all(-87.f));
  const Vector rounded = clamped * 1.44269504f + shifter;
  const Vector n = rounded - shifter;
  const Vector f = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  Vector p = all(1.f / 5040);
  p = p * f + 1.f / 720;
  p = p * f + 1.f / 120;
  p = p * f + 1.f / 24;
  p = p * f + 1.f / 6;
  p = p * f + 0.5f;
  p = p * f + 1.f;
  p = p * f + 1.f;
  Integers bits;
  std::memcpy(&bits, &rounded, sizeof bits);
  bits = bits << 23;  // what was added to round vanishes above; the integer becomes the exponent
  Integers value;
  std::memcpy(&value, &p, sizeof value);
  value += bits;
  std::memcpy(&p, &value, sizeof p);
  return x < -87.f ? Vector{} : p;
}

// C[rows, columns] = (or +=) A[rows, depth] * B[depth, columns]. A's element (i, k) is a[i * a_row + k * a_step];
// columns is a multiple of `lanes`. The innermost block stays in registers.
template <int Rows, int Columns, bool Add>
inline void product_block(const float* a, std::int64_t a_row, std::int64_t a_step, const float* b, std::int64_t b_row,
                          float* c, std::int64_t c_row, std::int64_t depth) {
  Vector sum[Rows][Columns];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < Columns; ++j) sum[i][j] = Add ? load(c + i * c_row + j * lanes) : Vector{};
  for (std::int64_t k = 0; k < depth; ++k) {
    Vector column[Columns];
#pragma GCC unroll 16
    for (int j = 0; j < Columns; ++j) column[j] = load(b + k * b_row + j * lanes);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      const Vector x = all(a[i * a_row + k * a_step]);
#pragma GCC unroll 16
      for (int j = 0; j < Columns; ++j) sum[i][j] += x * column[j];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < Columns; ++j) store(c + i * c_row + j * lanes, sum[i][j]);
}

template <int Columns, bool Add>
void product_columns(const float* a, std::int64_t a_row, std::int64_t a_step, const float* b, std::int64_t b_row,
                     float* c, std::int64_t c_row, std::int64_t rows, std::int64_t depth) {
  constexpr int most = std::min(16, (REGISTERS - 2 - Columns) / Columns);
  std::int64_t i = 0;
  for (; i + most <= rows; i += most)
    product_block<most, Columns, Add>(a + i * a_row, a_row, a_step, b, b_row, c + i * c_row, c_row, depth);
  for (; i + 4 <= rows && most > 4; i += 4)
    product_block<4, Columns, Add>(a + i * a_row, a_row, a_step, b, b_row, c + i * c_row, c_row, depth);
  for (; i < rows; ++i)
    product_block<1, Columns, Add>(a + i * a_row, a_row, a_step, b, b_row, c + i * c_row, c_row, depth);
}

template <bool Add>
void product(const float* a, std::int64_t a_row, std::int64_t a_step, const float* b, std::int64_t b_row, float* c,
             std::int64_t c_row, std::int64_t rows, std::int64_t columns, std::int64_t depth) {
  constexpr int wide = REGISTERS >= 32 ? 4 : 2;
  std::int64_t j = 0;
  for (; j + wide * lanes <= columns; j += wide * lanes)
    product_columns<wide, Add>(a, a_row, a_step, b + j, b_row, c + j, c_row, rows, depth);
  for (; j < columns; j += lanes)
    product_columns<1, Add>(a, a_row, a_step, b + j, b_row, c + j, c_row, rows, depth);
}

int padded(int head_dim) { return (head_dim + lanes - 1) / lanes * lanes; }

// Working memory of one thread, kept from call to call.
float* scratch(std::size_t floats) {
  static thread_local std::vector<float> memory;
  if (memory.size() < floats) memory.resize(floats);
  return memory.data();
}

// `rows` rows, turned where they are to be, times `scale`; padded with zeros to `width` columns.
void copy_rows(const RowsIn& in, std::int64_t first, int rows, int head_dim, int width, float scale, float* to) {
  for (int i = 0; i < rows; ++i, to += width) {
    const float* from = in.row(first + i);
    for (int d = 0; d < head_dim; ++d) to[d] = from[d];
    if (in.rotation) in.rotation->rotate(to, in.index + first + i, 1);
    for (int d = 0; d < head_dim; ++d) to[d] *= scale;
    for (int d = head_dim; d < width; ++d) to[d] = 0;
  }
}

// [rows, width] -> [head_dim, tile], zeros beyond `rows`.
void transpose(const float* rows_in, int rows, int head_dim, int width, float* to) {
  for (int d = 0; d < head_dim; ++d) {
    for (int i = 0; i < rows; ++i) to[d * tile + i] = rows_in[i * width + d];
    for (int i = rows; i < tile; ++i) to[d * tile + i] = 0;
  }
}

// Scores [keys, tile] of query rows `query`.. whose key row j is hidden where j > row.
void hide(float* scores, std::int64_t key, int keys, std::int64_t query) {
  for (int j = 0; j < keys; ++j) {
    const std::int64_t hidden = std::clamp<std::int64_t>(key + j - query, 0, tile);
    std::fill(scores + j * tile, scores + j * tile + hidden, masked);
  }
}

// Rows of keys or values, in place, or turned into `buffer`.
RowsIn plain(const RowsIn& in, std::int64_t first, int rows, int head_dim, float* buffer) {
  if (!in.rotation) return {in.row(first), in.stride, 0, nullptr};
  copy_rows(in, first, rows, head_dim, head_dim, 1, buffer);
  return {buffer, head_dim, 0, nullptr};
}

// The running softmax of 64 queries.
struct Running {
  float* q;        // [head_dim, tile], scaled
  float* sum;      // [head_dim, tile]: weighted values so far, times the denominator
  float* largest;  // [tile]
  float* total;    // [tile]: denominator relative to `largest`
  std::int64_t first;
  int count;
};

void start(const Block& block, Running& run, float* rows, int width) {
  copy_rows(block.q, run.first, run.count, block.head_dim, width, block.scale, rows);
  transpose(rows, run.count, block.head_dim, width, run.q);
  std::fill(run.largest, run.largest + tile, masked);
  std::fill(run.total, run.total + tile, 0.f);
  if (block.fresh) {
    std::fill(run.sum, run.sum + block.head_dim * tile, 0.f);
    return;
  }
  for (int i = 0; i < run.count; ++i) {
    run.largest[i] = block.lse[(run.first + i) * block.lse_stride];
    run.total[i] = 1;
  }
  for (int d = 0; d < block.head_dim; ++d)
    for (int i = 0; i < tile; ++i)
      run.sum[d * tile + i] = i < run.count ? block.out[(run.first + i) * block.out_stride + d] : 0;
}

void finish(const Block& block, const Running& run) {
  float inverse[tile];
  for (int i = 0; i < run.count; ++i) {
    inverse[i] = 1 / run.total[i];
    block.lse[(run.first + i) * block.lse_stride] = run.largest[i] + std::log(run.total[i]);
  }
  for (int i = 0; i < run.count; ++i)
    for (int d = 0; d < block.head_dim; ++d)
      block.out[(run.first + i) * block.out_stride + d] = run.sum[d * tile + i] * inverse[i];
}

void add_tile(const Block& block, Running& run, const RowsIn& k, const RowsIn& v, std::int64_t key, int keys,
              float* scores) {
  product<false>(k.data, k.stride, 1, run.q, tile, scores, tile, keys, tile, block.head_dim);
  if (block.causal && key + keys - 1 > block.query_row + run.first) hide(scores, key, keys, block.query_row + run.first);
  for (int c = 0; c < vectors; ++c) {
    const Vector before = load(run.largest + c * lanes);
    Vector largest = before;
    for (int j = 0; j < keys; ++j) largest = larger(largest, load(scores + j * tile + c * lanes));
    const Vector shrink = exponential(before - largest);
    Vector total = load(run.total + c * lanes) * shrink;
    for (int j = 0; j < keys; ++j) {
      const Vector weight = exponential(load(scores + j * tile + c * lanes) - largest);
      store(scores + j * tile + c * lanes, weight);
      total += weight;
    }
    store(run.largest + c * lanes, largest);
    store(run.total + c * lanes, total);
    for (int d = 0; d < block.head_dim; ++d)
      store(run.sum + d * tile + c * lanes, load(run.sum + d * tile + c * lanes) * shrink);
  }
  // sum[d][query] += v[key][d] * weight[key][query]
  product<true>(v.data, 1, v.stride, scores, tile, run.sum, tile, block.head_dim, tile, keys);
}

std::int64_t visible_keys(const Block& block, std::int64_t last_query) {
  return block.causal ? std::min(block.keys, block.query_row + last_query + 1) : block.keys;
}

void forward(const Block& block) {
  const int d = block.head_dim, width = padded(d);
  const std::size_t each = std::size_t(2 * d * tile + 2 * tile);
  float* memory = scratch(group * each + std::size_t(tile * tile + tile * width + tile * d));
  float* scores = memory + group * each;
  float* rows = scores + tile * tile;
  float* turned = rows + tile * width;
  for (std::int64_t first = 0; first < block.queries; first += group * tile) {
    Running runs[group];
    int count = 0;
    for (; count < group && first + count * tile < block.queries; ++count) {
      float* at = memory + std::size_t(count) * each;
      runs[count] = {at, at + d * tile, at + 2 * d * tile, at + 2 * d * tile + tile, first + count * tile,
                     int(std::min<std::int64_t>(tile, block.queries - first - count * tile))};
      start(block, runs[count], rows, width);
    }
    const std::int64_t end = visible_keys(block, runs[count - 1].first + runs[count - 1].count - 1);
    for (std::int64_t key = 0; key < end; key += tile) {
      const int keys = int(std::min<std::int64_t>(tile, end - key));
      const RowsIn k = plain(block.k, key, keys, d, turned);
      const RowsIn v{block.v.row(key), block.v.stride, 0, nullptr};
      for (int i = 0; i < count; ++i) {
        const std::int64_t visible = visible_keys(block, runs[i].first + runs[i].count - 1) - key;
        if (visible > 0) add_tile(block, runs[i], k, v, key, int(std::min<std::int64_t>(keys, visible)), scores);
      }
    }
    for (int i = 0; i < count; ++i) finish(block, runs[i]);
  }
}

// The finished weights, queries down and keys across, as a receiver wants them.
void weights(const Block& block, const WeightReceiver& receive) {
  const int d = block.head_dim, width = padded(d);
  float* memory = scratch(std::size_t(tile * width * 5 + tile * d + tile * tile));
  float* queries = memory;  // of up to four tiles
  float* key_rows = queries + 4 * tile * width;
  float* keys_transposed = key_rows + tile * width;
  float* scores = keys_transposed + tile * d;
  for (std::int64_t first = 0; first < block.queries; first += 4 * tile) {
    const int many = int(std::min<std::int64_t>(4 * tile, block.queries - first));
    copy_rows(block.q, first, many, d, width, block.scale, queries);
    const std::int64_t end = visible_keys(block, first + many - 1);
    for (std::int64_t key = (end - 1) / tile * tile; key >= 0; key -= tile) {
      const int keys = int(std::min<std::int64_t>(tile, end - key));
      copy_rows(block.k, key, keys, d, width, 1, key_rows);
      transpose(key_rows, keys, d, width, keys_transposed);
      for (int i = 0; i < many; i += tile) {
        const int rows = std::min(tile, many - i);
        if (visible_keys(block, first + i + rows - 1) <= key) continue;
        product<false>(queries + i * width, width, 1, keys_transposed, tile, scores, tile, rows, tile, d);
        for (int r = 0; r < rows; ++r) {
          const float lse = block.lse[(first + i + r) * block.lse_stride];
          const int seen = int(std::clamp<std::int64_t>(visible_keys(block, first + i + r) - key, 0, keys));
          float* row = scores + r * tile;
          for (int c = 0; c < tile; c += lanes) {
            // Rounding may leave a score a hair above the denominator's logarithm.
            const Vector x = load(row + c) - lse;
            store(row + c, exponential(x < 0.f ? x : Vector{}));
          }
          std::fill(row + seen, row + tile, 0.f);
        }
        receive(first + i, rows, key, keys, scores, tile);
      }
    }
  }
}

// FlashAttention's backward (arXiv 2205.14135, appendix B.4): weights are recomputed tile by tile from lse.
void backward(const Block& block, const BlockGradients& gradients) {
  const int d = block.head_dim, width = padded(d);
  const std::int64_t n = block.queries, tiles = (n + tile - 1) / tile;
  const std::size_t whole = std::size_t(tiles * tile * width), transposed = std::size_t(tiles * d * tile);
  float* q = scratch(3 * whole + 2 * transposed + std::size_t(4 * tile * width + 2 * tile * tile));
  float* dout = q + whole;
  float* dq = dout + whole;
  float* qt = dq + whole;
  float* doutt = qt + transposed;
  float* k = doutt + transposed;
  float* v = k + tile * width;
  float* dk = v + tile * width;
  float* dv = dk + tile * width;
  float* p = dv + tile * width;
  float* ds = p + tile * tile;
  std::fill(dq, dq + whole, 0.f);
  for (std::int64_t t = 0; t < tiles; ++t) {
    const int rows = int(std::min<std::int64_t>(tile, n - t * tile));
    copy_rows(block.q, t * tile, rows, d, width, block.scale, q + t * tile * width);
    copy_rows(gradients.dout, t * tile, rows, d, width, 1, dout + t * tile * width);
    transpose(q + t * tile * width, rows, d, width, qt + t * d * tile);
    transpose(dout + t * tile * width, rows, d, width, doutt + t * d * tile);
  }
  std::vector<float> turned(block.q.rotation || block.k.rotation ? std::size_t(d) : 0);
  const auto add = [&](const float* from, const RowsIn& as, std::int64_t row, float scale, float* to) {
    if (as.rotation) {
      std::copy(from, from + d, turned.begin());
      as.rotation->rotate(turned.data(), as.index + row, -1);
      from = turned.data();
    }
    for (int c = 0; c < d; ++c) to[c] += from[c] * scale;
  };
  for (std::int64_t key = 0; key < block.keys; key += tile) {
    const int keys = int(std::min<std::int64_t>(tile, block.keys - key));
    copy_rows(block.k, key, keys, d, width, 1, k);
    copy_rows(block.v, key, keys, d, width, 1, v);
    std::fill(dk, dk + tile * width, 0.f);
    std::fill(dv, dv + tile * width, 0.f);
    for (std::int64_t t = block.causal ? std::max<std::int64_t>(0, key - block.query_row) / tile : 0; t < tiles; ++t) {
      const int rows = int(std::min<std::int64_t>(tile, n - t * tile));
      product<false>(k, width, 1, qt + t * d * tile, tile, p, tile, keys, tile, d);
      product<false>(v, width, 1, doutt + t * d * tile, tile, ds, tile, keys, tile, d);
      if (block.causal && key + keys - 1 > block.query_row + t * tile) hide(p, key, keys, block.query_row + t * tile);
      float lse[tile] = {}, delta[tile] = {};
      for (int i = 0; i < rows; ++i) {
        lse[i] = gradients.lse[(t * tile + i) * gradients.lse_stride];
        delta[i] = gradients.delta[(t * tile + i) * gradients.lse_stride];
      }
      for (int j = 0; j < keys; ++j)
        for (int c = 0; c < tile; c += lanes) {
          const Vector x = load(p + j * tile + c) - load(lse + c);
          const Vector weight = exponential(x < 0.f ? x : Vector{});
          store(p + j * tile + c, weight);
          store(ds + j * tile + c, weight * (load(ds + j * tile + c) - load(delta + c)));
        }
      product<true>(p, tile, 1, dout + t * tile * width, width, dv, width, keys, width, rows);
      product<true>(ds, tile, 1, q + t * tile * width, width, dk, width, keys, width, rows);
      product<true>(ds, 1, tile, k, width, dq + t * tile * width, width, rows, width, keys);
    }
    for (int j = 0; j < keys; ++j) {
      add(dk + j * width, block.k, key + j, 1, gradients.dk + (key + j) * gradients.dk_stride);
      for (int c = 0; c < d; ++c) gradients.dv[(key + j) * gradients.dv_stride + c] += dv[j * width + c];
    }
  }
  for (std::int64_t i = 0; i < n; ++i)
    add(dq + i * width, block.q, i, block.scale, gradients.dq + i * gradients.dq_stride);
}

}  // namespace

const Kernel kernel = {KERNEL_NAME, forward, weights, backward};

}  // namespace corpuscope::attention::KERNEL_NAMESPACE
