#include "model/rotary.h"

#include <cmath>
#include <limits>

#include "compute/rows.h"

namespace corpuscope::model {

Rotary::Rotary(const Config& config)
    : active_(config.position == Position::rope || config.position == Position::xpos),
      scaled_(config.position == Position::xpos),
      interleaved_(config.rotary_layout == RotaryLayout::interleaved) {
  if (!active_) return;
  half_ = config.head_dim / 2;
  for (std::int64_t i = 0; i < half_; ++i) {
    frequencies_.push_back(std::pow(config.rope_base, -double(i) / double(half_)) / config.rope_factor);
    const double zeta = (2.0 * double(i) + 0.4 * config.head_dim) / (1.4 * config.head_dim);
    log_zeta_.push_back(scaled_ ? std::log(zeta) / config.xpos_scale_base : 0.0);
  }
  for (std::int64_t step = 0; step < compute::row_block; ++step)
    for (std::int64_t i = 0; i < half_; ++i) steps_.push_back(exact_turn(step, step, i));
}

Rotary::Turn Rotary::exact_turn(std::int64_t angle_position, std::int64_t scale_position, std::int64_t pair) const {
  const double angle = double(angle_position) * frequencies_[std::size_t(pair)];
  return {std::cos(angle), std::sin(angle), std::exp(double(scale_position) * log_zeta_[std::size_t(pair)])};
}

void Rotary::prepare(std::int64_t first, std::int64_t length, std::int64_t origin) {
  if (!active_) return;
  length_ = length;
  for (Table* table : {&queries_, &keys_}) {
    if (table == &keys_ && !scaled_) break;
    table->cosine.resize(std::size_t(length * half_));
    table->sine.resize(std::size_t(length * half_));
  }
  // A position is its block's first one and a step: two exact turns of each block and step, one product a position.
  compute::for_row_blocks(length, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
    for (std::int64_t i = 0; i < half_; ++i) {
      const Turn start = exact_turn(first + begin, first + begin - origin, i);
      for (std::int64_t row = begin; row < end; ++row)
        set(std::size_t(row * half_ + i), start, steps_[std::size_t((row - begin) * half_ + i)]);
    }
  });
}

void Rotary::set(std::size_t at, const Turn& start, const Turn& step) {
  const double cosine = start.cosine * step.cosine - start.sine * step.sine;
  const double sine = start.sine * step.cosine + start.cosine * step.sine, scale = start.scale * step.scale;
  queries_.cosine[at] = float(cosine * scale);
  queries_.sine[at] = float(sine * scale);
  if (!scaled_) return;
  keys_.cosine[at] = float(cosine / scale);
  keys_.sine[at] = float(sine / scale);
}

void Rotary::turn(const Table& table, float* rows, int heads, std::int64_t first, std::int64_t count,
                  float direction) const {
  if (!active_) return;
  const std::int64_t half = half_, step = interleaved_ ? 1 : half, spread = interleaved_ ? 2 : 1;
  compute::for_row_blocks(count, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
    for (std::int64_t row = begin; row < end; ++row) {
      const float* cosine = table.cosine.data() + (first + row) * half;
      const float* sine = table.sine.data() + (first + row) * half;
      for (int head = 0; head < heads; ++head) {
        float *a = rows + (row * heads + head) * 2 * half, *b = a + step;
#pragma GCC ivdep
        for (std::int64_t i = 0; i < half; ++i) {
          const float s = direction * sine[i], x = a[i * spread], y = b[i * spread];
          a[i * spread] = x * cosine[i] - y * s;
          b[i * spread] = y * cosine[i] + x * s;
        }
      }
    }
  });
}

std::vector<float> Rotary::key_factors(std::int64_t distance) const {
  std::vector<float> factors(std::size_t(2 * half_));
  for (std::int64_t i = 0; i < half_; ++i) {
    const float factor = float(std::exp(double(distance) * log_zeta_[std::size_t(i)]));
    factors[std::size_t(first_of(i))] = factor;
    factors[std::size_t(first_of(i) + (interleaved_ ? 1 : half_))] = factor;
  }
  return factors;
}

std::int64_t Rotary::reach() const {
  if (!scaled_) return std::numeric_limits<std::int64_t>::max();
  constexpr double largest_exponent = 40;  // e^40 squared times a long row of products stays under e^88
  return std::int64_t(2 * largest_exponent / -log_zeta_[0]);
}

}  // namespace corpuscope::model
