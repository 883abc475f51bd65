// Vectors of LANES floats, for the kernels that include this within KERNEL_NAMESPACE (see kernel.inl).
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>

#include "attention/kernel.h"
#include "attention/level_rotation.h"

namespace corpuscope::attention::KERNEL_NAMESPACE {

namespace {

typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef float Loose __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef std::int32_t Integers __attribute__((vector_size(4 * LANES)));
typedef std::uint32_t Bits __attribute__((vector_size(4 * LANES)));

constexpr int tile = 64;                 // queries, and keys, of a tile
constexpr int lanes = LANES;
constexpr int vectors = tile / lanes;    // of one row of a tile
constexpr float masked = -HUGE_VALF;  // the score of a hidden key
constexpr float log2_e = 1.44269504f, ln_2 = 0.693147181f;

inline Vector load(const float* p) { return *reinterpret_cast<const Loose*>(p); }
inline void store(float* p, Vector x) { *reinterpret_cast<Loose*>(p) = x; }
inline Vector all(float x) { return x - Vector{}; }  // "+" would have to turn -0 into 0, an instruction more
inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }

inline bool any(Integers x) {
  std::int64_t parts[lanes / 2], some = 0;
  std::memcpy(parts, &x, sizeof parts);
  for (const std::int64_t part : parts) some |= part;
  return some != 0;
}

// 2^x for x <= 100 with a relative error under 2e-7; 0 below -125. The polynomial is the one of degree 5 whose largest
// relative error on [-1/2, 1/2] is the least (7.5e-8).
inline Vector power_of_two(Vector x) {
  const Vector shifter = all(12582912.f);  // 1.5 * 2^23: adding it rounds to an integer
  const Vector rounded = x + shifter;
  const Vector f = x - (rounded - shifter);
  Vector p = all(1.32765e-3f);
  p = p * f + 9.67554e-3f;
  p = p * f + 5.550713e-2f;
  p = p * f + 2.402212e-1f;
  p = p * f + 6.9314697e-1f;
  p = p * f + 1.00000007f;
  Bits bits, value;  // without a sign: a sum that wraps around stands for a number below -125
  std::memcpy(&bits, &rounded, sizeof bits);
  bits = bits << 23;  // what was added to round vanishes above; the integer becomes the exponent
  std::memcpy(&value, &p, sizeof value);
  value += bits;
  std::memcpy(&p, &value, sizeof p);
  return x < -125.f ? Vector{} : p;
}

inline int padded(int count, int step) { return (count + step - 1) / step * step; }

inline float widened(float x) { return x; }
inline float widened(Bf16 x) { return compute::to_float(x); }

// `rows` rows, turned where they are to be, times `factor`; padded with zeros to `width` columns.
template <typename Element>
void copy_rows(const RowsOf<Element>& in, std::int64_t first, int rows, int head_dim, int width, float factor,
               float* to) {
  for (int i = 0; i < rows; ++i, to += width) {
    const Element* from = in.row(first + i);
    if (in.rotation) {
      for (int d = 0; d < head_dim; ++d) to[d] = widened(from[d]);
      in.rotation->rotate(to, in.index + first + i, 1);
      for (int d = 0; d < head_dim; ++d) to[d] *= factor;
    } else {
      for (int d = 0; d < head_dim; ++d) to[d] = widened(from[d]) * factor;
    }
    for (int d = head_dim; d < width; ++d) to[d] = 0;
  }
}

// The mirror image of a square of vectors, by exchanging ever smaller squares.
template <typename Any>
inline void transpose_square(Any (&x)[lanes]) {
#pragma GCC unroll 8
  for (int half = lanes / 2; half > 0; half /= 2) {
    Integers low, high;
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) {
      low[i] = i & half ? lanes + i - half : i;
      high[i] = i & half ? lanes + i : i + half;
    }
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i)
      if (!(i & half)) {
        const Any a = x[i], b = x[i + half];
        x[i] = __builtin_shuffle(a, b, low);
        x[i + half] = __builtin_shuffle(a, b, high);
      }
  }
}

// [rows, from_width] -> [columns, to_width], zeros beyond `rows` up to `padded_rows`. Reads up to the next multiple of
// `lanes` of columns. Only moves: the words need not be numbers.
inline void transpose(const float* from, int from_width, int rows, int columns, float* to, int to_width,
                      int padded_rows = tile) {
  for (int c = 0; c < columns; c += lanes)
    for (int r = 0; r < padded_rows; r += lanes) {
      Vector x[lanes];
      for (int i = 0; i < lanes; ++i) x[i] = r + i < rows ? load(from + (r + i) * from_width + c) : Vector{};
      transpose_square(x);
      for (int i = 0; i < std::min(lanes, columns - c); ++i) store(to + (c + i) * to_width + r, x[i]);
    }
}

// Working memory of one thread, kept from call to call.
inline float* scratch(std::size_t floats) {
  struct alignas(64) Line {
    float floats[16];
  };
  static thread_local std::vector<Line> memory;
  if (memory.size() * 16 < floats) memory.resize((floats + 15) / 16);
  return memory.data()->floats;
}

// Takes pieces of working memory, each from a new cache line on; with no memory it only counts.
struct Pieces {
  float* memory = nullptr;
  std::size_t taken = 0;

  float* take(std::int64_t floats) {
    float* piece = memory ? memory + taken : nullptr;
    taken += std::size_t(floats + 15) / 16 * 16;
    return piece;
  }
};

// Rows of keys that a query row of the block sees.
template <typename Element>
std::int64_t visible_keys(const BlockOf<Element>& block, std::int64_t query) {
  return block.causal ? std::clamp<std::int64_t>(block.query_row + query + 1, 0, block.keys) : block.keys;
}

// Scores [keys, tile] of query rows `query`.. whose key row j is hidden where j > row.
inline void hide(float* scores, std::int64_t key, int keys, std::int64_t query) {
  for (int j = 0; j < keys; ++j) {
    const std::int64_t hidden = std::clamp<std::int64_t>(key + j - query, 0, tile);
    std::fill(scores + j * tile, scores + j * tile + hidden, masked);
  }
}

}  // namespace

}  // namespace corpuscope::attention::KERNEL_NAMESPACE
