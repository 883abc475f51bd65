#pragma once
// AdamW (Loshchilov and Hutter, arXiv 1711.05101): Adam with decoupled weight decay.

#include <cstdint>

namespace corpuscope::compute {

struct AdamW {
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.95;
  double epsilon = 1e-8;
  double weight_decay = 0;
};

// One step of `count` weights; `step` counts from 1. The gradients are multiplied by `gradient_scale` (clipping).
void adamw_step(const AdamW& settings, std::int64_t step, float gradient_scale, std::int64_t count,
                const float* gradient, float* weight, float* first_moment, float* second_moment);

double sum_of_squares(std::int64_t count, const float* x);

}  // namespace corpuscope::compute
