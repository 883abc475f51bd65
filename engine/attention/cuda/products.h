#pragma once
// Products of tiles, a warp at a time. Accumulators are fragments [m16 tiles][n8 tiles][4] (see warp.h) in float32.
// bf16 tiles go through the tensor cores, float32 tiles through plain multiply-adds with the same fragments: so one
// source of a kernel serves both, and its float32 form checks all but the products themselves.

#include "attention/cuda/tile.h"

namespace corpuscope::attention::cuda {

template <int mt, int nt>
using Fragments = float[mt][nt][4];

template <int mt, int nt>
CORPUSCOPE_DEVICE void clear(Fragments<mt, nt>& x) {
#pragma unroll
  for (int m = 0; m < mt; ++m)
#pragma unroll
    for (int n = 0; n < nt; ++n)
#pragma unroll
      for (int i = 0; i < 4; ++i) x[m][n][i] = 0;
}

// The left factor of product_rows: 16 mt rows of a tile, from row `first` on.
template <typename Element, int mt, int columns>
struct LeftRows;

template <int mt, int columns>
struct LeftRows<Bf16, mt, columns> {
  unsigned a[mt][columns / 16][4];

  template <int rows>
  CORPUSCOPE_DEVICE void load(const Tile<Bf16, rows, columns>& tile, int first) {
    const int row = first + lane() % 16, half = lane() / 16;
#pragma unroll
    for (int m = 0; m < mt; ++m)
#pragma unroll
      for (int k = 0; k < columns / 16; ++k) load_matrices(a[m][k], tile.chunk(row + 16 * m, 2 * k + half));
  }
};

// c[16 mt, 8 nt] += a rows . b rows of a tile from `first` on, transposed.
template <int mt, int nt, int rows, int columns>
CORPUSCOPE_DEVICE void product_rows(Fragments<mt, nt>& c, const LeftRows<Bf16, mt, columns>& a,
                                    const Tile<Bf16, rows, columns>& b, int first = 0) {
  static_assert(nt % 2 == 0);
  // Lanes 0-7 and 8-15 address the two halves of 16 columns of 8 rows of b, lanes 16-31 those of the next 8 rows.
  const int row = first + lane() / 16 * 8 + lane() % 8, half = lane() / 8 % 2;
#pragma unroll
  for (int k = 0; k < columns / 16; ++k)
#pragma unroll
    for (int n = 0; n < nt; n += 2) {
      unsigned right[4];
      load_matrices(right, b.chunk(row + 8 * n, 2 * k + half));
#pragma unroll
      for (int m = 0; m < mt; ++m) {
        multiply_bf16(c[m][n], a.a[m][k], right[0], right[1]);
        multiply_bf16(c[m][n + 1], a.a[m][k], right[2], right[3]);
      }
    }
}

// The same where the left rows stay in shared memory: fewer registers, more loads.
template <int mt, int nt, int rows_a, int rows, int columns>
CORPUSCOPE_DEVICE void product_rows(Fragments<mt, nt>& c, const Tile<Bf16, rows_a, columns>& a, int first_a,
                                    const Tile<Bf16, rows, columns>& b, int first = 0) {
  static_assert(nt % 2 == 0);
  const int row_a = first_a + lane() % 16, half_a = lane() / 16;
  const int row = first + lane() / 16 * 8 + lane() % 8, half = lane() / 8 % 2;
#pragma unroll
  for (int k = 0; k < columns / 16; ++k) {
    unsigned left[mt][4];
#pragma unroll
    for (int m = 0; m < mt; ++m) load_matrices(left[m], a.chunk(row_a + 16 * m, 2 * k + half_a));
#pragma unroll
    for (int n = 0; n < nt; n += 2) {
      unsigned right[4];
      load_matrices(right, b.chunk(row + 8 * n, 2 * k + half));
#pragma unroll
      for (int m = 0; m < mt; ++m) {
        multiply_bf16(c[m][n], left[m], right[0], right[1]);
        multiply_bf16(c[m][n + 1], left[m], right[2], right[3]);
      }
    }
  }
}

// Two accumulator fragments side by side are one left fragment, in bf16.
CORPUSCOPE_DEVICE void pack_left(unsigned (&left)[4], const float (&a)[4], const float (&b)[4]) {
  left[0] = pack_bf16(a[0], a[1]);
  left[1] = pack_bf16(a[2], a[3]);
  left[2] = pack_bf16(b[0], b[1]);
  left[3] = pack_bf16(b[2], b[3]);
}

// c[16 mt, columns] += p[16 mt, 8 kt] . rows of a tile from `first` on, with p rounded to bf16.
template <int mt, int kt, int rows, int columns>
CORPUSCOPE_DEVICE void product_columns(Fragments<mt, columns / 8>& c, const Fragments<mt, kt>& p,
                                       const Tile<Bf16, rows, columns>& b, int first = 0) {
  static_assert(kt % 2 == 0);
  const int row = first + lane() % 16, half = lane() / 16;
#pragma unroll
  for (int k = 0; k < kt; k += 2) {
    unsigned left[mt][4];
#pragma unroll
    for (int m = 0; m < mt; ++m) pack_left(left[m], p[m][k], p[m][k + 1]);
#pragma unroll
    for (int n = 0; n < columns / 8; n += 2) {
      unsigned right[4];
      load_matrices_transposed(right, b.chunk(row + 8 * k, n + half));
#pragma unroll
      for (int m = 0; m < mt; ++m) {
        multiply_bf16(c[m][n], left[m], right[0], right[1]);
        multiply_bf16(c[m][n + 1], left[m], right[2], right[3]);
      }
    }
  }
}

// float32. Loops stay loops where they can: these kernels only check, and unrolled they take a minute to compile.

template <int mt, int columns>
struct LeftRows<float, mt, columns> {
  float* data = nullptr;  // they stay where they are
  int first = 0;

  template <int rows>
  CORPUSCOPE_DEVICE void load(const Tile<float, rows, columns>& tile, int first_row) {
    data = tile.data;
    first = first_row;
  }
};

template <int mt, int nt, int rows_a, int rows, int columns>
CORPUSCOPE_DEVICE void product_rows(Fragments<mt, nt>& c, const Tile<float, rows_a, columns>& a, int first_a,
                                    const Tile<float, rows, columns>& b, int first = 0) {
  const int row_a = first_a + lane() / 4, row_b = first + lane() % 4 * 2;
#pragma unroll 1
  for (int k = 0; k < columns; ++k)
#pragma unroll
    for (int m = 0; m < mt; ++m) {
      const float low = a.at(row_a + 16 * m, k), high = a.at(row_a + 16 * m + 8, k);
#pragma unroll
      for (int n = 0; n < nt; ++n) {
        const float x = b.at(row_b + 8 * n, k), y = b.at(row_b + 8 * n + 1, k);
        c[m][n][0] += low * x;
        c[m][n][1] += low * y;
        c[m][n][2] += high * x;
        c[m][n][3] += high * y;
      }
    }
}

template <int mt, int nt, int rows, int columns>
CORPUSCOPE_DEVICE void product_rows(Fragments<mt, nt>& c, const LeftRows<float, mt, columns>& a,
                                    const Tile<float, rows, columns>& b, int first = 0) {
  product_rows(c, Tile<float, 1, columns>(reinterpret_cast<char*>(a.data)), a.first, b, first);
}

template <int mt, int kt, int rows, int columns>
CORPUSCOPE_DEVICE void product_columns(Fragments<mt, columns / 8>& c, const Fragments<mt, kt>& p,
                                       const Tile<float, rows, columns>& b, int first = 0) {
  const int pair = lane() % 4, first_lane = lane() - pair;
#pragma unroll
  for (int m = 0; m < mt; ++m)
#pragma unroll
    for (int k = 0; k < kt; ++k)
#pragma unroll 1
      for (int holder = 0; holder < 4; ++holder)  // the lane that holds columns 2 holder and 2 holder + 1 of these rows
#pragma unroll
        for (int i = 0; i < 2; ++i) {
          const float low = shuffle(p[m][k][i], first_lane + holder), high = shuffle(p[m][k][2 + i], first_lane + holder);
          const int row = first + 8 * k + 2 * holder + i;
#pragma unroll
          for (int n = 0; n < columns / 8; ++n) {
            const float x = b.at(row, 8 * n + 2 * pair), y = b.at(row, 8 * n + 2 * pair + 1);
            c[m][n][0] += low * x;
            c[m][n][1] += low * y;
            c[m][n][2] += high * x;
            c[m][n][3] += high * y;
          }
        }
}

}  // namespace corpuscope::attention::cuda
