#pragma once
// Products of row-major matrices on the calling thread alone, by oneDNN; where the engine is built without it
// (gemm_plain.cpp instead of gemm.cpp) by plain loops, which serve as the twin that a GPU is compared with.

#include <cstdint>

#include "compute/bf16.h"

namespace corpuscope::compute {

// c = op(a) op(b) + beta c, as BLAS's sgemm with alpha = 1; false where it fails. lda .. ldc: numbers from row to row.
bool gemm_float32(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                  std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc);

// The same of bf16 factors, with sums in float32.
bool gemm_bf16(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a,
               std::int64_t lda, const Bf16* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc);

}  // namespace corpuscope::compute
