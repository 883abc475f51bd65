#include "compute/gemm.h"

#include <dnnl.h>
#include <omp.h>
#include <pthread.h>
#include <signal.h>

#include <dnnl.hpp>

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

dnnl::memory::desc factor(std::int64_t rows, std::int64_t columns, bool transposed, std::int64_t stride) {
  const auto strides = transposed ? dnnl::memory::dims{1, stride} : dnnl::memory::dims{stride, 1};
  return {{rows, columns}, dnnl::memory::data_type::bf16, strides};
}

}  // namespace

bool gemm_float32(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                  std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) {
  stay_alone();
  const SignalsWait signals_wait;
  return dnnl_sgemm(transposed_a ? 'T' : 'N', transposed_b ? 'T' : 'N', m, n, k, 1.0f, a, lda, b, ldb, beta, c, ldc) ==
         dnnl_success;
}

bool gemm_bf16(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a,
               std::int64_t lda, const Bf16* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) try {
  stay_alone();
  const SignalsWait signals_wait;
  thread_local const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  thread_local dnnl::stream stream(engine);
  dnnl::primitive_attr attributes;
  if (beta != 0) {
    dnnl::post_ops sum;
    sum.append_sum(beta);
    attributes.set_post_ops(sum);
  }
  const dnnl::memory::desc a_shape = factor(m, k, transposed_a, lda), b_shape = factor(k, n, transposed_b, ldb);
  const dnnl::memory::desc c_shape({m, n}, dnnl::memory::data_type::f32, dnnl::memory::dims{ldc, 1});
  // oneDNN keeps the primitives of shapes that it has seen.
  const dnnl::matmul product({dnnl::matmul::desc(a_shape, b_shape, c_shape), attributes, engine});
  const dnnl::memory a_memory(a_shape, engine, const_cast<Bf16*>(a)), b_memory(b_shape, engine, const_cast<Bf16*>(b));
  product.execute(stream, {{DNNL_ARG_SRC, a_memory}, {DNNL_ARG_WEIGHTS, b_memory},
                           {DNNL_ARG_DST, dnnl::memory(c_shape, engine, c)}});
  stream.wait();
  return true;
} catch (const dnnl::error&) {
  return false;
}

}  // namespace corpuscope::compute
