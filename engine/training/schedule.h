#pragma once
// The learning rate over a training: linear warm-up, then half a cosine down to a tenth (or another share).

#include <cmath>
#include <cstdint>
#include <numbers>

namespace corpuscope::training {

struct Schedule {
  double rate = 1e-3;
  std::int64_t steps = 0;
  std::int64_t warm_up = 0;
  double last_share = 0.1;  // of the rate, at the last step
};

// `step` counts from 1.
inline double learning_rate(const Schedule& schedule, std::int64_t step) {
  if (step < schedule.warm_up) return schedule.rate * double(step) / double(schedule.warm_up);
  const double span = double(schedule.steps - schedule.warm_up);
  const double done = span > 0 ? std::fmin(1, double(step - schedule.warm_up) / span) : 1;
  return schedule.rate * (schedule.last_share + (1 - schedule.last_share) * 0.5 * (1 + std::cos(std::numbers::pi * done)));
}

}  // namespace corpuscope::training
