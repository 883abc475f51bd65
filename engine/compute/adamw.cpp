#include "compute/adamw.h"

#include <cmath>

#include "compute/rows.h"

namespace corpuscope::compute {
namespace {

constexpr std::int64_t span = 512;  // weights that count as one row

}  // namespace

void adamw_step(const AdamW& settings, std::int64_t step, float gradient_scale, std::int64_t count,
                const float* gradient, float* weight, float* first_moment, float* second_moment) {
  const float beta1 = float(settings.beta1), beta2 = float(settings.beta2), epsilon = float(settings.epsilon);
  const float keep = float(1 - settings.learning_rate * settings.weight_decay);
  const float rate = float(settings.learning_rate / (1 - std::pow(settings.beta1, double(step))));
  const float unbias2 = float(1 / (1 - std::pow(settings.beta2, double(step))));
  for_row_blocks((count + span - 1) / span, [&](std::int64_t first, std::int64_t last, std::int64_t) {
    const std::int64_t end = std::min(count, last * span);
#pragma omp simd
    for (std::int64_t i = first * span; i < end; ++i) {
      const float g = gradient[i] * gradient_scale;
      const float m = beta1 * first_moment[i] + (1 - beta1) * g;
      const float v = beta2 * second_moment[i] + (1 - beta2) * g * g;
      first_moment[i] = m;
      second_moment[i] = v;
      weight[i] = weight[i] * keep - rate * m / (std::sqrt(v * unbias2) + epsilon);
    }
  });
}

double sum_of_squares(std::int64_t count, const float* x) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += double(x[i]) * double(x[i]);
  return sum;
}

}  // namespace corpuscope::compute
