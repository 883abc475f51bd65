#include "compute/gemm.h"

namespace corpuscope::compute {

namespace {

float number(float x) { return x; }
float number(Bf16 x) { return to_float(x); }

// Row by row of c: the sum of rows of b, or products with the rows that are b's columns; both read b in its order.
template <typename Factor>
void gemm(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Factor* a,
          std::int64_t lda, const Factor* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) {
  for (std::int64_t i = 0; i < m; ++i) {
    float* row = c + i * ldc;
    const auto factor = [&](std::int64_t l) { return number(transposed_a ? a[l * lda + i] : a[i * lda + l]); };
    for (std::int64_t j = 0; j < n; ++j) row[j] = beta == 0 ? 0 : beta * row[j];
    if (transposed_b)
      for (std::int64_t j = 0; j < n; ++j) {
        float sum = 0;
        for (std::int64_t l = 0; l < k; ++l) sum += factor(l) * number(b[j * ldb + l]);
        row[j] += sum;
      }
    else
      for (std::int64_t l = 0; l < k; ++l) {
        const float x = factor(l);
        for (std::int64_t j = 0; j < n; ++j) row[j] += x * number(b[l * ldb + j]);
      }
  }
}

}  // namespace

bool gemm_float32(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                  std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) {
  gemm(transposed_a, transposed_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
  return true;
}

bool gemm_bf16(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a,
               std::int64_t lda, const Bf16* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) {
  gemm(transposed_a, transposed_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
  return true;
}

}  // namespace corpuscope::compute
