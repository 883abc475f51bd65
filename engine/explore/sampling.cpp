#include "explore/sampling.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace corpuscope::explore {

Sampler::Sampler(const Sampling& sampling) : sampling_(sampling), random_(sampling.seed) {
  if (!(sampling.temperature >= 0) || !std::isfinite(sampling.temperature))
    throw core::Error("The temperature must be a number from 0 on.", "0 always takes the most probable token.");
  if (sampling.top_k < 0) throw core::Error("top-k must not be negative.", "0 draws from all tokens.");
  if (!(sampling.top_p > 0 && sampling.top_p <= 1)) throw core::Error("top-p must lie above 0 and up to 1.", "Try 0.95.");
}

std::int32_t Sampler::next(std::span<const float> logits) {
  if (logits.empty()) throw core::Error("There are no logits to draw a token from.");
  choices_.clear();
  for (std::size_t id = 0; id < logits.size(); ++id) choices_.push_back({std::int32_t(id), double(logits[id])});
  const auto better = [](const Choice& a, const Choice& b) { return a.weight != b.weight ? a.weight > b.weight : a.id < b.id; };
  const bool greedy = sampling_.temperature == 0;
  const std::size_t most = greedy ? 1 : sampling_.top_k > 0 ? std::size_t(sampling_.top_k) : choices_.size();
  const std::size_t kept = std::min(most, choices_.size());
  std::partial_sort(choices_.begin(), choices_.begin() + std::ptrdiff_t(kept), choices_.end(), better);
  if (greedy) return choices_.front().id;
  choices_.resize(kept);
  const double largest = choices_.front().weight;
  double sum = 0;
  for (Choice& choice : choices_) sum += choice.weight = std::exp((choice.weight - largest) / sampling_.temperature);
  double inside = 0;
  std::size_t end = 0;
  while (end < choices_.size() && inside < sampling_.top_p * sum) inside += choices_[end++].weight;
  // 53 bits of a number in [0, 1): the library's own distributions differ from one to another.
  double drawn = double(random_() >> 11) * 0x1p-53 * inside;
  for (std::size_t i = 0; i + 1 < end; ++i)
    if ((drawn -= choices_[i].weight) < 0) return choices_[i].id;
  return choices_[end - 1].id;
}

}  // namespace corpuscope::explore
