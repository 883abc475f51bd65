#include "compute/adamw.h"

#include <cmath>

#include "compute/loops.h"
#include "compute/rows.h"

namespace corpuscope::compute {
namespace {

constexpr std::int64_t span = 512;  // weights that count as one row

}  // namespace

void adamw_step(const AdamW& settings, std::int64_t step, float gradient_scale, std::int64_t count,
                const float* gradient, float* weight, float* first_moment, float* second_moment) {
  AdamWStep constants;
  constants.beta1 = float(settings.beta1);
  constants.beta2 = float(settings.beta2);
  constants.epsilon = float(settings.epsilon);
  constants.keep = float(1 - settings.learning_rate * settings.weight_decay);
  constants.rate = float(settings.learning_rate / (1 - std::pow(settings.beta1, double(step))));
  constants.unbias2 = float(1 / (1 - std::pow(settings.beta2, double(step))));
  constants.gradient_scale = gradient_scale;
  for_row_blocks((count + span - 1) / span, [&](std::int64_t first, std::int64_t last, std::int64_t) {
    const std::int64_t at = first * span, n = std::min(count, last * span) - at;
    loops().adamw(constants, n, gradient + at, weight + at, first_moment + at, second_moment + at);
  });
}

double sum_of_squares(std::int64_t count, const float* x) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += double(x[i]) * double(x[i]);
  return sum;
}

}  // namespace corpuscope::compute
