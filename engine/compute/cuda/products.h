#pragma once
// Matrix products of row-major matrices on a stream, by cuBLASLt: the twins of compute/matmul.h. Factors are float32
// or bf16, sums are float32, and the result is of the factors' type or float32.

#include <cstdint>
#include <memory>

#include "compute/bf16.h"
#include "compute/cuda/runtime.h"
#include "compute/matmul.h"

namespace corpuscope::compute::cuda {

// Of one thread and one stream. Of equal products the plan is made once.
class Products {
 public:
  // Factors in float32 are rounded to tf32 (10 bits of mantissa) unless `exact`.
  Products(StreamHandle stream, bool exact);
  ~Products();
  Products(const Products&) = delete;
  Products& operator=(const Products&) = delete;

  StreamHandle stream() const { return stream_; }

  // c[m, n] = op(a) op(b) + base + bias, where op(a) is [m, k], op(b) is [k, n], base is [m, n] and may be c itself,
  // and bias is [n]; base and bias may be null. All matrices are dense.
  template <typename Factor, typename Result>
  void multiply(Op op_a, Op op_b, std::int64_t m, std::int64_t n, std::int64_t k, const Factor* a, const Factor* b,
                const Result* base, Result* c, const Result* bias = nullptr);

 private:
  struct Impl;
  StreamHandle stream_;
  std::unique_ptr<Impl> impl_;
};

// y[rows, out] = x[rows, in] weight[out, in]^T + base + bias; base and bias may be null.
template <typename Factor, typename Result>
void linear(Products& products, std::int64_t rows, std::int64_t in, std::int64_t out, const Factor* x,
            const Factor* weight, const Result* bias, const Result* base, Result* y) {
  products.multiply(Op::plain, Op::transposed, rows, out, in, x, weight, base, y, bias);
}

// The gradients of `linear`: dx = dy weight (added to dx where `add`), dweight += dy^T x.
template <typename Factor, typename Result>
void linear_backward(Products& products, std::int64_t rows, std::int64_t in, std::int64_t out, const Factor* x,
                     const Factor* weight, const Factor* dy, Result* dx, bool add, float* dweight) {
  products.multiply(Op::plain, Op::plain, rows, in, out, dy, weight, add ? dx : nullptr, dx);
  products.multiply(Op::transposed, Op::plain, out, in, rows, dy, x, dweight, dweight);
}

}  // namespace corpuscope::compute::cuda
