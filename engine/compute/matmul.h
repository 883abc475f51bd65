#pragma once
// Matrix products of row-major float32 matrices, by oneDNN on all threads.

#include <cstdint>

namespace corpuscope::compute {

enum class Op { plain, transposed };

// To what the factors of every product are rounded before they are multiplied; sums are float32 in both cases.
// bf16 doubles the speed on processors with AVX-512 BF16 and costs about three digits. Of the whole process.
enum class Precision { float32, bf16 };
void set_precision(Precision precision);
Precision precision();

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
