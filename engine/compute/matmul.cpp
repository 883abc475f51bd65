#include "compute/matmul.h"

#include <dnnl.h>

#include <algorithm>

#include "compute/rows.h"
#include "core/error.h"

namespace corpuscope::compute {

void matmul(Op op_a, Op op_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a, const float* b,
            float beta, float* c) {
  if (m == 0 || n == 0) return;
  const bool ta = op_a == Op::transposed, tb = op_b == Op::transposed;
  if (dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', m, n, k, 1.0f, a, ta ? m : k, b, tb ? k : n, beta, c, n) !=
      dnnl_success)
    throw core::Error("The matrix product failed in oneDNN.", "There may be too little memory: use shorter chunks.");
}

void linear(std::int64_t rows, std::int64_t in, std::int64_t out, const float* x, const float* weight,
            const float* bias, float* y, bool add) {
  matmul(Op::plain, Op::transposed, rows, out, in, x, weight, add ? 1.0f : 0.0f, y);
  if (!bias) return;
  for_row_blocks(rows, [&](std::int64_t first, std::int64_t last, std::int64_t) {
    for (std::int64_t row = first; row < last; ++row)
      for (std::int64_t i = 0; i < out; ++i) y[row * out + i] += bias[i];
  });
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
