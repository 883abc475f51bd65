// compute/cuda/products.h for a machine without a GPU: every factor as it is in memory, sums in float32.

#include <vector>

#include "compute/cuda/products.h"

namespace corpuscope::compute::cuda {
namespace {

float number(float x) { return x; }
float number(Bf16 x) { return to_float(x); }
void put(float& to, float x) { to = x; }
void put(Bf16& to, float x) { to = to_bf16(x); }

template <typename Number>
std::vector<float> exact(const Number* x, std::int64_t count) {
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) numbers[std::size_t(i)] = number(x[i]);
  return numbers;
}

}  // namespace

struct Products::Impl {};

Products::Products(StreamHandle stream, bool) : stream_(stream) {}
Products::~Products() = default;

template <typename Factor, typename Result>
void Products::multiply(Op op_a, Op op_b, std::int64_t m, std::int64_t n, std::int64_t k, const Factor* a,
                        const Factor* b, const Result* base, Result* c, const Result* bias) {
  const std::vector<float> x = exact(a, m * k), y = exact(b, k * n);
  std::vector<float> result(std::size_t(m * n));
  matmul(op_a, op_b, m, n, k, x.data(), y.data(), 0, result.data());
  for (std::int64_t i = 0; i < m * n; ++i) {
    float sum = result[std::size_t(i)];
    if (base) sum += number(base[i]);
    if (bias) sum += number(bias[i % n]);
    put(c[i], sum);
  }
}
template void Products::multiply(Op, Op, std::int64_t, std::int64_t, std::int64_t, const float*, const float*,
                                 const float*, float*, const float*);
template void Products::multiply(Op, Op, std::int64_t, std::int64_t, std::int64_t, const Bf16*, const Bf16*,
                                 const float*, float*, const float*);
template void Products::multiply(Op, Op, std::int64_t, std::int64_t, std::int64_t, const Bf16*, const Bf16*,
                                 const Bf16*, Bf16*, const Bf16*);

}  // namespace corpuscope::compute::cuda
