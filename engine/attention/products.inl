// Products of small float32 matrices, for the kernels that include this within KERNEL_NAMESPACE (see kernel.inl).
#pragma once
#include "attention/vectors.inl"

namespace corpuscope::attention::KERNEL_NAMESPACE {

namespace {

// How the words of two matrices are multiplied.
struct Floats {
  static Vector broadcast(const float* word) { return all(*word); }
  static Vector multiply_add(Vector sum, Vector a, Vector b) { return sum + a * b; }
};

// C[rows, columns] = (or +=) A[rows, depth] * B[depth, columns]. A's element (i, k) is a[i * a_row + k * a_step];
// columns is a multiple of `lanes`. The innermost block stays in registers.
template <class Words, int Rows, int Columns, bool Add>
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
      const Vector x = Words::broadcast(a + i * a_row + k * a_step);
#pragma GCC unroll 16
      for (int j = 0; j < Columns; ++j) sum[i][j] = Words::multiply_add(sum[i][j], x, column[j]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 16
    for (int j = 0; j < Columns; ++j) store(c + i * c_row + j * lanes, sum[i][j]);
}

template <class Words, int Columns, bool Add>
void product_columns(const float* a, std::int64_t a_row, std::int64_t a_step, const float* b, std::int64_t b_row,
                     float* c, std::int64_t c_row, std::int64_t rows, std::int64_t depth) {
  constexpr int most = std::min(16, (REGISTERS - 2 - Columns) / Columns);
  std::int64_t i = 0;
  for (; i + most <= rows; i += most)
    product_block<Words, most, Columns, Add>(a + i * a_row, a_row, a_step, b, b_row, c + i * c_row, c_row, depth);
  for (; i + 4 <= rows && most > 4; i += 4)
    product_block<Words, 4, Columns, Add>(a + i * a_row, a_row, a_step, b, b_row, c + i * c_row, c_row, depth);
  for (; i < rows; ++i)
    product_block<Words, 1, Columns, Add>(a + i * a_row, a_row, a_step, b, b_row, c + i * c_row, c_row, depth);
}

template <class Words, bool Add>
void product(const float* a, std::int64_t a_row, std::int64_t a_step, const float* b, std::int64_t b_row, float* c,
             std::int64_t c_row, std::int64_t rows, std::int64_t columns, std::int64_t depth) {
  constexpr int wide = REGISTERS >= 32 ? 4 : 2;
  std::int64_t j = 0;
  for (; j + wide * lanes <= columns; j += wide * lanes)
    product_columns<Words, wide, Add>(a, a_row, a_step, b + j, b_row, c + j, c_row, rows, depth);
  for (; j < columns; j += lanes)
    product_columns<Words, 1, Add>(a, a_row, a_step, b + j, b_row, c + j, c_row, rows, depth);
}

}  // namespace

}  // namespace corpuscope::attention::KERNEL_NAMESPACE
