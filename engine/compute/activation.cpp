#include "compute/activation.h"

#include <cmath>
#include <numbers>

#include "compute/exponential.h"
#include "compute/rows.h"

namespace corpuscope::compute {
namespace {

constexpr std::int64_t span = 512;  // numbers that count as one row

template <typename Body>
void for_each_number(std::int64_t count, const Body& body) {
  for_row_blocks((count + span - 1) / span, [&](std::int64_t first, std::int64_t last, std::int64_t) {
    const std::int64_t end = std::min(count, last * span);
#pragma omp simd
    for (std::int64_t i = first * span; i < end; ++i) body(i);
  });
}

}  // namespace

void gelu(std::int64_t count, const float* x, float* y) {
  for_each_number(count, [=](std::int64_t i) {
    y[i] = 0.5f * x[i] * (1.0f + std::erf(x[i] * (1 / std::numbers::sqrt2_v<float>)));
  });
}

void gelu_backward(std::int64_t count, const float* x, const float* dy, float* dx) {
  for_each_number(count, [=](std::int64_t i) {
    const float cdf = 0.5f * (1.0f + std::erf(x[i] * (1 / std::numbers::sqrt2_v<float>)));
    const float density = 0.398942280f * exponential(-0.5f * x[i] * x[i]);  // 1 / sqrt(2 pi)
    dx[i] = dy[i] * (cdf + x[i] * density);
  });
}

void swiglu(std::int64_t count, const float* gate, const float* up, float* y) {
  for_each_number(count, [=](std::int64_t i) { y[i] = gate[i] / (1.0f + exponential(-gate[i])) * up[i]; });
}

void swiglu_backward(std::int64_t count, const float* gate, const float* up, const float* dy, float* dgate,
                     float* dup) {
  for_each_number(count, [=](std::int64_t i) {
    const float sigmoid = 1.0f / (1.0f + exponential(-gate[i]));
    const float silu = gate[i] * sigmoid, d = dy[i];
    dgate[i] = d * up[i] * (sigmoid + silu * (1.0f - sigmoid));
    dup[i] = d * silu;
  });
}

}  // namespace corpuscope::compute
