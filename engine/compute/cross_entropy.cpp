#include "compute/cross_entropy.h"

#include <cmath>

#include "compute/exponential.h"
#include "core/parallel.h"

namespace corpuscope::compute {
namespace {

float largest(const float* x, std::int64_t count) {
  float most = x[0];
#pragma omp simd reduction(max : most)
  for (std::int64_t i = 0; i < count; ++i) most = x[i] > most ? x[i] : most;
  return most;
}

float sum_of_exponentials(const float* x, std::int64_t count, float most) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += exponential(x[i] - most);
  return sum;
}

float replace_by_exponentials(float* x, std::int64_t count, float most) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) {
    x[i] = exponential(x[i] - most);
    sum += x[i];
  }
  return sum;
}

float nats_of(float most, float sum, float logit) { return std::log(sum) + (most - logit); }

}  // namespace

void cross_entropy(std::int64_t rows, std::int64_t classes, const float* logits, const std::int32_t* targets,
                   float* nats) {
  core::parallel_for(rows, [&](std::int64_t row) {
    const float* x = logits + row * classes;
    const float most = largest(x, classes);
    nats[row] = nats_of(most, sum_of_exponentials(x, classes, most), x[targets[row]]);
  });
}

void cross_entropy_backward(std::int64_t rows, std::int64_t classes, float* logits, const std::int32_t* targets,
                            float scale, float* nats) {
  core::parallel_for(rows, [&](std::int64_t row) {
    float* x = logits + row * classes;
    const float most = largest(x, classes), logit = x[targets[row]];
    const float sum = replace_by_exponentials(x, classes, most);
    nats[row] = nats_of(most, sum, logit);
    const float factor = scale / sum;
    for (std::int64_t i = 0; i < classes; ++i) x[i] *= factor;
    x[targets[row]] -= scale;
  });
}

}  // namespace corpuscope::compute
