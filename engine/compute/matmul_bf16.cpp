#include "compute/matmul_bf16.h"

#include <algorithm>
#include <dnnl.hpp>
#include <vector>

#include "compute/loops.h"
#include "compute/rows.h"

namespace corpuscope::compute {

namespace {

dnnl::memory::desc factor(std::int64_t rows, std::int64_t columns, bool transposed, std::int64_t stride) {
  const auto strides = transposed ? dnnl::memory::dims{1, stride} : dnnl::memory::dims{stride, 1};
  return {{rows, columns}, dnnl::memory::data_type::bf16, strides};
}

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
