// Products with weights kept as bf16 and as int8, against sums in double of the very numbers that they stand for.
#include "compute/weight.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "compute/precision.h"
#include "stored.h"

namespace corpuscope::compute {
namespace {

double error_of(int form, std::int64_t rows, std::int64_t in, std::int64_t out, bool add, bool with_bias) {
  const Stored stored(out, in, 5);
  const auto x = random_numbers(rows * in, 6), bias = random_numbers(out, 7), before = random_numbers(rows * out, 8);
  std::vector<float> numbers(std::size_t(out * in)), y = before;
  expand(stored.weight(form), in, 0, out, numbers.data());
  linear(rows, in, out, x.data(), stored.weight(form), with_bias ? bias.data() : nullptr, y.data(), add);
  double wrong = 0, all = 0;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t o = 0; o < out; ++o) {
      double exact = (add ? before[std::size_t(r * out + o)] : 0.0) + (with_bias ? bias[std::size_t(o)] : 0.0);
      for (std::int64_t i = 0; i < in; ++i) exact += double(x[std::size_t(r * in + i)]) * numbers[std::size_t(o * in + i)];
      wrong += std::pow(y[std::size_t(r * out + o)] - exact, 2);
      all += exact * exact;
    }
  return std::sqrt(wrong / all);
}

void expect_errors_under(double most) {
  // One row, as many as go by dots, one more, odd sides, and more columns than one panel has.
  for (const auto& [rows, in, out] : {std::array<std::int64_t, 3>{1, 1, 1}, {1, 33, 700}, {4, 129, 65}, {5, 64, 31},
                                      {130, 67, 515}, {67, 192, 1031}})
    for (const int form : {0, 1, 2})
      for (const bool add : {false, true})
        EXPECT_LT(error_of(form, rows, in, out, add, !add), most) << "form " << form << ": " << rows << " x " << in << " x " << out;
}

TEST(StoredWeight, ProductsInFloat32) { expect_errors_under(2e-6); }

// The activations are rounded, and what int8 stands for.
TEST(StoredWeight, ProductsInBf16) {
  const WithPrecision bf16(Precision::bf16);
  expect_errors_under(4e-3);
}

TEST(StoredWeight, Int8IsOffByHalfAStep) {
  const auto numbers = random_numbers(1000, 1);
  std::vector<std::int8_t> quantised(numbers.size());
  const float scale = quantise_row(numbers.data(), std::int64_t(numbers.size()), quantised.data());
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_LE(std::abs(scale * quantised[i] - numbers[i]), scale * 0.501f);
  const float none[] = {0, -0.0f, 0};
  EXPECT_EQ(quantise_row(none, 3, quantised.data()), 0.0f);
  EXPECT_EQ(quantised[1], 0);
  const float tiny[] = {0, std::numeric_limits<float>::denorm_min(), -1e-39f};
  EXPECT_EQ(quantise_row(tiny, 3, quantised.data()), 0.0f);
  EXPECT_EQ(quantised[2], 0);
}

TEST(StoredWeight, RowsAreExpandedAlone) {
  const Stored stored(9, 20, 3);
  for (const int form : {0, 1, 2}) {
    std::vector<float> all(180), some(40);
    expand(stored.weight(form), 20, 0, 9, all.data());
    expand(stored.weight(form), 20, 4, 2, some.data());
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + 80)) << form;
  }
}

}  // namespace
}  // namespace corpuscope::compute
