#include "explore/next_tokens.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/error.h"

namespace corpuscope::explore {

Expectation expectation(std::span<const float> logits, std::int32_t actual, int most) {
  if (actual < 0 || std::size_t(actual) >= logits.size())
    throw core::Error("Token id " + std::to_string(actual) + " is not in the model's vocabulary of " +
                          std::to_string(logits.size()) + ".",
                      "Read the corpus with the model whose tokenizer cut it.");
  const double largest = *std::ranges::max_element(logits);
  double sum = 0, weighted = 0;
  for (const float logit : logits) {
    const double power = std::exp(double(logit) - largest);
    sum += power;
    weighted += power * (double(logit) - largest);
  }
  const auto probability = [&](std::int32_t id) { return std::exp(double(logits[std::size_t(id)]) - largest) / sum; };
  std::vector<std::int32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto count = std::clamp<std::ptrdiff_t>(most, 0, std::ptrdiff_t(ids.size()));
  std::ranges::partial_sort(ids, ids.begin() + count, [&](std::int32_t a, std::int32_t b) {
    const float x = logits[std::size_t(a)], y = logits[std::size_t(b)];
    return x != y ? x > y : a < b;
  });
  Expectation expected;
  for (auto id = ids.begin(); id != ids.begin() + count; ++id) expected.most_probable.push_back({*id, probability(*id)});
  expected.probability = probability(actual);
  expected.rank = std::ranges::count_if(logits, [&](float logit) { return logit > logits[std::size_t(actual)]; });
  expected.entropy = std::max((std::log(sum) - weighted / sum) / std::log(2.0), 0.0);
  return expected;
}

}  // namespace corpuscope::explore
