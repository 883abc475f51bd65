#include "compute/product.h"

#include <dnnl.h>
#include <omp.h>
#include <pthread.h>
#include <signal.h>

#include "compute/matmul_bf16.h"
#include "core/error.h"

namespace corpuscope::compute {
namespace {

// oneDNN's product keeps its working memory where the stack pointer points, in a block of the heap: a signal's frame
// would be pushed over what lies below it. So signals wait for its end.
class SignalsWait {
 public:
  SignalsWait() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsWait() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;

 private:
  sigset_t before_;
};

// oneDNN would wake threads of its own, which spin for a while after each product.
void stay_alone() {
  thread_local const bool alone = (omp_set_num_threads(1), true);
  static_cast<void>(alone);
}

void require(bool done) {
  if (!done)
    throw core::Error("The matrix product failed in oneDNN.", "There may be too little memory: use shorter chunks.");
}

}  // namespace

void product_here(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                  std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) {
  stay_alone();
  const SignalsWait signals_wait;
  require(dnnl_sgemm(transposed_a ? 'T' : 'N', transposed_b ? 'T' : 'N', m, n, k, 1.0f, a, lda, b, ldb, beta, c,
                     ldc) == dnnl_success);
}

void product_here(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a,
                  std::int64_t lda, const Bf16* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) {
  stay_alone();
  const SignalsWait signals_wait;
  require(gemm_bf16(transposed_a, transposed_b, m, n, k, a, lda, b, ldb, beta, c, ldc));
}

}  // namespace corpuscope::compute
