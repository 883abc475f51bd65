// The loops of every instruction set against the formulas in double.
#include "compute/loops.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace corpuscope::compute {
namespace {

std::vector<const Loops*> all_loops() {
  std::vector<const Loops*> found{&portable::loops};
  if (&loops() != &portable::loops) found.push_back(&loops());
  return found;
}

std::vector<float> ramp(float from, float to, std::size_t count) {
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = from + (to - from) * float(i) / float(count - 1);
  return x;
}

bool near(double ours, double exact) { return std::abs(ours - exact) < 1e-6 * (1 + std::abs(exact)); }

TEST(Loops, exponentials_are_exact_to_float_over_the_whole_range) {
  for (const Loops* loops : all_loops()) {
    std::vector<float> x = ramp(-87, 0, 100'003), e = x;
    const float sum = loops->replace_by_exponentials(e.data(), std::int64_t(e.size()), 0);
    double exact_sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = std::exp(double(x[i]));
      exact_sum += exact;
      ASSERT_NEAR(e[i] / exact, 1, 3e-7) << x[i];
    }
    EXPECT_NEAR(sum / exact_sum, 1, 1e-5);
    EXPECT_NEAR(loops->sum_of_exponentials(x.data(), std::int64_t(x.size()), 0) / exact_sum, 1, 1e-5);
  }
}

TEST(Loops, infinities_vanish_and_nan_stays) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const Loops* loops : all_loops()) {
    std::vector<float> x(37, -infinity);
    x[5] = 1;
    EXPECT_EQ(loops->largest(x.data(), 37), 1);
    EXPECT_NEAR(loops->sum_of_exponentials(x.data(), 37, 1), 1, 1e-6);
    x[6] = std::nanf("");
    EXPECT_TRUE(std::isnan(loops->sum_of_exponentials(x.data(), 37, 1)));
  }
}

TEST(Loops, bf16_is_the_nearest_and_ties_go_to_the_even_one) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto value = [](std::uint16_t bf16) { return std::bit_cast<float>(std::uint32_t(bf16) << 16); };
  // Between 1 and its successor 1 + 2^-7, between that and the next, and beyond the largest.
  const std::vector<std::pair<float, float>> cases = {
      {1.f, 1.f}, {1.00390625f, 1.f}, {1.0039064f, 1.0078125f}, {1.01171875f, 1.015625f}, {-1.01171875f, -1.015625f},
      {0.f, 0.f}, {infinity, infinity}, {3.4e38f, infinity}, {1e-40f, 9.18354962e-41f}};
  for (const Loops* loops : all_loops())
    for (std::size_t count = 1; count < 67; ++count)
      for (const auto& [x, expected] : cases) {
        const std::vector<float> from(count, x);
        std::vector<std::uint16_t> to(count);
        loops->round_to_bf16(from.data(), std::int64_t(count), to.data());
        ASSERT_EQ(value(to.front()), expected) << x;
        ASSERT_EQ(value(to.back()), expected) << x;
        const std::vector<float> nan(count, std::nanf(""));
        loops->round_to_bf16(nan.data(), std::int64_t(count), to.data());
        ASSERT_TRUE(std::isnan(value(to.back())));
      }
}

TEST(Loops, numbers_above_a_threshold_are_found_in_order) {
  for (const Loops* loops : all_loops())
    for (const std::int64_t count : {1, 15, 16, 17, 64, 83}) {
      std::vector<float> x(std::size_t(count), 0.25f), sums(x.size(), 1.0f);
      EXPECT_FALSE(loops->add_and_compare(x.data(), count, 0.25f, sums.data()));
      EXPECT_EQ(loops->last_above(x.data(), count, 0.25f), -1);
      x.front() = x.back() = x[x.size() / 2] = 0.5f;
      EXPECT_TRUE(loops->add_and_compare(x.data(), count, 0.25f, sums.data()));
      for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(sums[i], 1.25f + x[i]);
      std::vector<std::int64_t> found, expected;
      for (std::int64_t i = count; (i = loops->last_above(x.data(), i, 0.25f)) >= 0;) found.push_back(i);
      for (std::int64_t i = count - 1; i >= 0; --i)
        if (x[std::size_t(i)] > 0.25f) expected.push_back(i);
      EXPECT_EQ(found, expected);
    }
}

TEST(Loops, activations_and_their_slopes) {
  for (const Loops* loops : all_loops()) {
    const std::vector<float> x = ramp(-12, 12, 4801), ones(x.size(), 1.0f), ups(x.size(), 3.0f);
    std::vector<float> y(x.size()), slope(x.size()), silu(x.size()), dgate(x.size()), dup(x.size());
    const auto count = std::int64_t(x.size());
    loops->gelu(count, x.data(), y.data());
    loops->gelu_backward(count, x.data(), ones.data(), slope.data());
    loops->swiglu(count, x.data(), ups.data(), silu.data());
    loops->swiglu_backward(count, x.data(), ups.data(), ones.data(), dgate.data(), dup.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = x[i], cdf = 0.5 * std::erfc(-v / std::sqrt(2.0));
      const double density = std::exp(-v * v / 2) / std::sqrt(2 * std::acos(-1.0)), sigmoid = 1 / (1 + std::exp(-v));
      ASSERT_PRED2(near, y[i], v * cdf) << v;
      ASSERT_PRED2(near, slope[i], cdf + v * density) << v;
      ASSERT_PRED2(near, silu[i], 3 * v * sigmoid) << v;
      ASSERT_PRED2(near, dgate[i], 3 * (sigmoid + v * sigmoid * (1 - sigmoid))) << v;
      ASSERT_PRED2(near, dup[i], v * sigmoid) << v;
    }
  }
}

}  // namespace
}  // namespace corpuscope::compute
