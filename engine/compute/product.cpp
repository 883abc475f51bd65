#include "compute/product.h"

#include "compute/gemm.h"
#include "core/error.h"

namespace corpuscope::compute {
namespace {

void require(bool done) {
  if (!done)
    throw core::Error("The matrix product failed in oneDNN.", "There may be too little memory: use shorter chunks.");
}

}  // namespace

void product_here(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                  std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) {
  require(gemm_float32(transposed_a, transposed_b, m, n, k, a, lda, b, ldb, beta, c, ldc));
}

void product_here(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a,
                  std::int64_t lda, const Bf16* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) {
  require(gemm_bf16(transposed_a, transposed_b, m, n, k, a, lda, b, ldb, beta, c, ldc));
}

}  // namespace corpuscope::compute
