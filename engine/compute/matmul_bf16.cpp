#include "compute/matmul_bf16.h"

#include <algorithm>
#include <compare>
#include <dnnl.hpp>
#include <map>
#include <vector>

#include "compute/loops.h"
#include "compute/rows.h"

namespace corpuscope::compute {

namespace {

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

const Bf16* rounded(const float* x, std::int64_t count, int slot) {
  thread_local std::vector<Bf16> rooms[2];
  std::vector<Bf16>& room = rooms[slot];
  if (std::int64_t(room.size()) < count) room.resize(std::size_t(count));
  constexpr std::int64_t row = 1024;
  for_row_blocks((count + row - 1) / row, [&room, x, count](std::int64_t first, std::int64_t last, std::int64_t) {
    loops().round_to_bf16(x + first * row, std::min(count, last * row) - first * row, room.data() + first * row);
  });
  return room.data();
}

bool gemm_bf16(bool transposed_a, bool transposed_b, std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a,
               std::int64_t lda, const Bf16* b, std::int64_t ldb, float beta, float* c, std::int64_t ldc) try {
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
