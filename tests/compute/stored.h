#pragma once
// Random numbers, and a random matrix in each form of compute::Weight.

#include <cstdint>
#include <random>
#include <vector>

#include "compute/weight.h"

namespace corpuscope::compute {

inline std::vector<float> random_numbers(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> x(static_cast<std::size_t>(count));
  for (float& value : x) value = normal(random);
  return x;
}

// A matrix in each of the three forms.
struct Stored {
  Stored(std::int64_t out, std::int64_t in, unsigned seed) : f32(random_numbers(out * in, seed)) {
    for (const float number : f32) bf16.push_back(to_bf16(number));
    int8.resize(f32.size());
    for (std::int64_t i = 0; i < out; ++i) scales.push_back(quantise_row(&f32[std::size_t(i * in)], in, &int8[std::size_t(i * in)]));
  }

  Weight weight(int form) const {
    Weight weight;
    if (form == 0) weight.f32 = f32.data();
    if (form == 1) weight.bf16 = bf16.data();
    if (form == 2) weight.int8 = int8.data(), weight.scales = scales.data();
    return weight;
  }

  std::vector<float> f32;
  std::vector<Bf16> bf16;
  std::vector<std::int8_t> int8;
  std::vector<float> scales;
};

}  // namespace corpuscope::compute
