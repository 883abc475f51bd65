#pragma once
// The bf16 path of compute/matmul.h: factors rounded to bf16, sums in float32.

#include <cstdint>

#include "compute/bf16.h"

namespace corpuscope::compute {

// `count` numbers rounded to the nearest, ties to even. Valid until the calling thread's next call with this `slot`
// (0 or 1): the room is kept, so that the token loop allocates nothing.
const Bf16* rounded(const float* x, std::int64_t count, int slot);

// As dnnl_sgemm with alpha = 1, on the calling thread alone; false where oneDNN fails.
bool gemm_bf16(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a,
               std::int64_t lda, const Bf16* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc);

}  // namespace corpuscope::compute
