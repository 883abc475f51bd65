#include "compute/matmul.h"

#include <algorithm>

#include "compute/matmul_bf16.h"
#include "compute/precision.h"
#include "compute/product.h"
#include "compute/rows.h"
#include "core/parallel.h"

namespace corpuscope::compute {

namespace {

struct Product {
  bool ta, tb;
  std::int64_t m, n, k;
  const float *a, *b;
  float beta;
  float* c;
  const Bf16 *rounded_a = nullptr, *rounded_b = nullptr;  // in place of a and b where the precision is bf16
};

// Rows `row`.. and columns `column`.. of the result.
void part_of(const Product& p, std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns) {
  const std::int64_t a_at = p.ta ? row : row * p.k, b_at = p.tb ? column * p.k : column;
  const std::int64_t lda = p.ta ? p.m : p.k, ldb = p.tb ? p.k : p.n;
  float* c = p.c + row * p.n + column;
  if (p.rounded_a)
    product_here(p.ta, p.tb, rows, columns, p.k, p.rounded_a + a_at, lda, p.rounded_b + b_at, ldb, p.beta, c, p.n);
  else
    product_here(p.ta, p.tb, rows, columns, p.k, p.a + a_at, lda, p.b + b_at, ldb, p.beta, c, p.n);
}

}  // namespace

void matmul(Op op_a, Op op_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a, const float* b,
            float beta, float* c) {
  if (m == 0 || n == 0) return;
  Product product{op_a == Op::transposed, op_b == Op::transposed, m, n, k, a, b, beta, c};
  if (precision() == Precision::bf16) {
    product.rounded_a = rounded(a, m * k, 0);
    product.rounded_b = rounded(b, k * n, 1);
  }
  // The longer side is cut, into parts that do not depend on the number of threads.
  constexpr std::int64_t most_parts = 16, worth_it = 1 << 20;
  const std::int64_t side = std::max(m, n), least = m * n * k < worth_it ? side : side < 512 ? 48 : 128;
  const std::int64_t parts = core::in_parallel() ? 1 : std::clamp<std::int64_t>(side / least, 1, most_parts);
  core::parallel_for(parts, [&](std::int64_t i) {
    const std::int64_t first = side * i / parts, count = side * (i + 1) / parts - first;
    if (m >= n)
      part_of(product, first, count, 0, n);
    else
      part_of(product, 0, m, first, count);
  });
}

void linear(std::int64_t rows, std::int64_t in, std::int64_t out, const float* x, const float* weight,
            const float* bias, float* y, bool add) {
  matmul(Op::plain, Op::transposed, rows, out, in, x, weight, add ? 1.0f : 0.0f, y);
  if (bias) add_to_rows(rows, out, bias, y);
}

void linear_backward(std::int64_t rows, std::int64_t in, std::int64_t out, const float* x, const float* weight,
                     const float* dy, float* dx, bool add, float* dweight, float* dbias) {
  if (dx) matmul(Op::plain, Op::plain, rows, in, out, dy, weight, add ? 1.0f : 0.0f, dx);
  matmul(Op::transposed, Op::plain, out, in, rows, dy, x, 1.0f, dweight);
  if (!dbias) return;
  sum_over_rows(rows, out, dbias, [&](std::int64_t first, std::int64_t last, float* sums) {
    for (std::int64_t row = first; row < last; ++row)
      for (std::int64_t i = 0; i < out; ++i) sums[i] += dy[row * out + i];
  });
}

}  // namespace corpuscope::compute
