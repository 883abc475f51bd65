#pragma once
// Matrix products of row-major float32 matrices, by oneDNN on all threads, in the precision of compute/precision.h.

#include <cstdint>

namespace corpuscope::compute {

enum class Op { plain, transposed };

// c[m, n] = op(a) op(b) + beta c, where op(a) is [m, k] and op(b) is [k, n]; all matrices are dense.
void matmul(Op op_a, Op op_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a, const float* b,
            float beta, float* c);

// y[rows, out] = x[rows, in] weight[out, in]^T + bias; `bias` may be null.
// With `add` the result is added to y.
void linear(std::int64_t rows, std::int64_t in, std::int64_t out, const float* x, const float* weight,
            const float* bias, float* y, bool add = false);

// The gradients of `linear`: dx = dy weight (added where `add`), dweight += dy^T x, dbias += column sums of dy.
// `dx` and `dbias` may be null.
void linear_backward(std::int64_t rows, std::int64_t in, std::int64_t out, const float* x, const float* weight,
                     const float* dy, float* dx, bool add, float* dweight, float* dbias);

}  // namespace corpuscope::compute
