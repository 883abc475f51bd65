// Cross-entropy of logits that are made in panels, against sums in double over all of them.
#include "compute/cross_entropy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "compute/precision.h"
#include "core/parallel.h"
#include "stored.h"

namespace corpuscope::compute {
namespace {

struct Case {
  std::int64_t rows, in, classes;
  float size;  // of x
};

std::vector<float> nats_of(const Case& c, const Weight& weight, const std::vector<std::int32_t>& targets) {
  std::vector<float> x = random_numbers(c.rows * c.in, 2), nats(std::size_t(c.rows));
  for (float& number : x) number *= c.size;
  Buffer room;
  linear_cross_entropy(c.rows, c.in, c.classes, x.data(), weight, targets.data(), room, nats.data());
  return nats;
}

std::vector<std::int32_t> spread_targets(const Case& c) {
  std::vector<std::int32_t> targets;
  for (std::int64_t row = 0; row < c.rows; ++row) targets.push_back(std::int32_t((row * 7919 + c.classes - 1) % c.classes));
  return targets;
}

double largest_error(const Case& c, int form) {
  const Stored stored(c.classes, c.in, 1);
  const auto targets = spread_targets(c);
  const std::vector<float> nats = nats_of(c, stored.weight(form), targets);
  std::vector<float> x = random_numbers(c.rows * c.in, 2), numbers(stored.f32.size());
  expand(stored.weight(form), c.in, 0, c.classes, numbers.data());
  double worst = 0;
  for (std::int64_t row = 0; row < c.rows; ++row) {
    std::vector<double> logits(std::size_t(c.classes), 0.0);
    for (std::int64_t o = 0; o < c.classes; ++o)
      for (std::int64_t i = 0; i < c.in; ++i)
        logits[std::size_t(o)] += double(x[std::size_t(row * c.in + i)] * c.size) * numbers[std::size_t(o * c.in + i)];
    const double most = *std::ranges::max_element(logits);
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit - most);
    const double exact = std::log(sum) + most - logits[std::size_t(targets[std::size_t(row)])];
    worst = std::max(worst, std::abs(nats[std::size_t(row)] - exact) / (1 + std::abs(exact)));
  }
  return worst;
}

// One of everything, one class more than a panel has, one row more, and logits of hundreds.
constexpr std::array<Case, 6> cases = {{{1, 1, 1, 1}, {3, 5, 256, 1}, {2, 33, 257, 1}, {513, 17, 300, 1}, {70, 64, 2051, 1}, {9, 40, 700, 60}}};

TEST(LinearCrossEntropy, IsThatOfAllLogits) {
  for (const Case& c : cases)
    for (const int form : {0, 1, 2})
      EXPECT_LT(largest_error(c, form), 3e-6) << "form " << form << ": " << c.rows << " x " << c.in << " x " << c.classes;
}

// x and the weights are rounded to 8 bits each.
TEST(LinearCrossEntropy, InBf16) {
  const WithPrecision bf16(Precision::bf16);
  for (const Case& c : cases)
    for (const int form : {0, 1, 2})
      EXPECT_LT(largest_error(c, form), 0.03) << "form " << form << ": " << c.rows << " x " << c.in << " x " << c.classes;
}

TEST(LinearCrossEntropy, DoesNotDependOnTheNumberOfThreads) {
  const Case c{1100, 24, 2051, 1};
  const Stored stored(c.classes, c.in, 1);
  const auto nats = [&](int threads) {
    core::set_threads(threads);
    return nats_of(c, stored.weight(0), spread_targets(c));
  };
  const auto alone = nats(1);
  EXPECT_EQ(nats(2), alone);
  EXPECT_EQ(nats(5), alone);
  core::set_threads(0);
}

}  // namespace
}  // namespace corpuscope::compute
