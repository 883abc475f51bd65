#include "compute/gemm.h"

#include <dnnl.h>
#include <omp.h>
#include <pthread.h>
#include <signal.h>

#include <compare>
#include <dnnl.hpp>
#include <map>

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

// What oneDNN's product is made for.
struct Form {
  bool transposed_a, transposed_b;
  float beta;
  std::int64_t m, n, k, lda, ldb, ldc;
  auto operator<=>(const Form&) const = default;
};

dnnl::memory::desc factor(std::int64_t rows, std::int64_t columns, bool transposed, std::int64_t stride) {
  const auto strides = transposed ? dnnl::memory::dims{1, stride} : dnnl::memory::dims{stride, 1};
  return {{rows, columns}, dnnl::memory::data_type::bf16, strides};
}

// A product of one form, made once: making it costs more than a small product itself.
class Product {
 public:
  Product(const dnnl::engine& engine, const Form& form)
      : a_(factor(form.m, form.k, form.transposed_a, form.lda), engine, nullptr),
        b_(factor(form.k, form.n, form.transposed_b, form.ldb), engine, nullptr),
        c_({{form.m, form.n}, dnnl::memory::data_type::f32, dnnl::memory::dims{form.ldc, 1}}, engine, nullptr) {
    dnnl::primitive_attr attributes;
    if (form.beta != 0) {
      dnnl::post_ops sum;
      sum.append_sum(form.beta);
      attributes.set_post_ops(sum);
    }
    product_ = dnnl::matmul({dnnl::matmul::desc(a_.get_desc(), b_.get_desc(), c_.get_desc()), attributes, engine});
  }

  void execute(const dnnl::stream& stream, const Bf16* a, const Bf16* b, float* c) {
    a_.set_data_handle(const_cast<Bf16*>(a));
    b_.set_data_handle(const_cast<Bf16*>(b));
    c_.set_data_handle(c);
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, a_.get()}, {DNNL_ARG_WEIGHTS, b_.get()}, {DNNL_ARG_DST, c_.get()}};
    dnnl::error::wrap_c_api(dnnl_primitive_execute(product_.get(), stream.get(), 3, arguments), "bf16 product");
  }

 private:
  dnnl::memory a_, b_, c_;
  dnnl::matmul product_;
};

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
  constexpr std::size_t most_forms = 256;  // a stream's last chunks have forms of their own
  thread_local const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  thread_local dnnl::stream stream(engine);
  thread_local std::map<Form, Product> products;
  const Form form{transposed_a, transposed_b, beta, m, n, k, lda, ldb, ldc};
  auto found = products.find(form);
  if (found == products.end()) {
    if (products.size() >= most_forms) products.clear();
    found = products.try_emplace(form, engine, form).first;
  }
  found->second.execute(stream, a, b, c);
  stream.wait();
  return true;
} catch (const dnnl::error&) {
  return false;
}

}  // namespace corpuscope::compute
