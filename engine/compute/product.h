#pragma once
// One product of compute/gemm.h, on the calling thread alone, which throws where it fails: what the loops over threads in
// matmul.cpp and weight.cpp are made of.

#include <cstdint>

#include "compute/bf16.h"

namespace corpuscope::compute {

// c[m, n] = op(a) op(b) + beta c of row-major matrices whose rows begin lda, ldb and ldc numbers apart. Throws
// core::Error where it fails.
void product_here(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                  std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc);
void product_here(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a,
                  std::int64_t lda, const Bf16* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc);

}  // namespace corpuscope::compute
