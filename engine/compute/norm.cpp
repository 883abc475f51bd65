#include "compute/norm.h"

#include <cmath>

#include "compute/rows.h"

namespace corpuscope::compute {
namespace {

double row_mean(const float* x, std::int64_t width) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < width; ++i) sum += double(x[i]);
  return sum / double(width);
}

double row_variance(const float* x, std::int64_t width, double mean) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < width; ++i) sum += (double(x[i]) - mean) * (double(x[i]) - mean);
  return sum / double(width);
}

// sums: gradients of weight, then of bias.
void row_backward(const NormKind& kind, std::int64_t width, const float* x, const float* weight, float mean,
                  float scale, const float* dy, float* dx, bool add, float* sums) {
  float sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
  for (std::int64_t i = 0; i < width; ++i) {
    const float normal = (x[i] - mean) * scale, g = dy[i] * weight[i];
    sum += g;
    product += g * normal;
    sums[i] += dy[i] * normal;
    sums[width + i] += dy[i];
  }
  const float g_mean = kind.centred ? sum / float(width) : 0.0f, p_mean = product / float(width);
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) {
    const float normal = (x[i] - mean) * scale;
    const float g = scale * (dy[i] * weight[i] - g_mean - normal * p_mean);
    dx[i] = add ? dx[i] + g : g;
  }
}

}  // namespace

void norm(const NormKind& kind, std::int64_t rows, std::int64_t width, const float* x, const float* weight,
          const float* bias, float* y, float* statistics) {
  for_row_blocks(rows, [&](std::int64_t first, std::int64_t last, std::int64_t) {
    for (std::int64_t row = first; row < last; ++row) {
      const float* in = x + row * width;
      float* out = y + row * width;
      const double exact_mean = kind.centred ? row_mean(in, width) : 0.0;
      const float mean = float(exact_mean);
      const float scale = float(1.0 / std::sqrt(row_variance(in, width, exact_mean) + kind.epsilon));
      statistics[2 * row] = mean;
      statistics[2 * row + 1] = scale;
#pragma omp simd
      for (std::int64_t i = 0; i < width; ++i) out[i] = (in[i] - mean) * scale * weight[i];
      if (bias)
        for (std::int64_t i = 0; i < width; ++i) out[i] += bias[i];
    }
  });
}

void norm_backward(const NormKind& kind, std::int64_t rows, std::int64_t width, const float* x, const float* weight,
                   const float* statistics, const float* dy, float* dx, bool add, float* dweight, float* dbias) {
  std::vector<float> total(std::size_t(2 * width), 0.0f);
  sum_over_rows(rows, 2 * width, total.data(), [&](std::int64_t first, std::int64_t last, float* sums) {
    for (std::int64_t row = first; row < last; ++row)
      row_backward(kind, width, x + row * width, weight, statistics[2 * row], statistics[2 * row + 1],
                   dy + row * width, dx + row * width, add, sums);
  });
  for (std::int64_t i = 0; i < width; ++i) {
    dweight[i] += total[std::size_t(i)];
    if (dbias) dbias[i] += total[std::size_t(width + i)];
  }
}

}  // namespace corpuscope::compute
