#pragma once
// Drawing the next token from a model's logits.

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace corpuscope::explore {

struct Sampling {
  double temperature = 0.7;  // 0: always the most probable token
  int top_k = 40;            // of so many most probable ones; 0: of all
  double top_p = 0.95;       // and of the fewest whose probabilities add up to so much (Holtzman and others, 2019)
  std::uint64_t seed = 1;
};

// The same numbers from the same seed on every machine.
class Sampler {
 public:
  explicit Sampler(const Sampling& sampling);  // throws core::Error naming what is out of range

  std::int32_t next(std::span<const float> logits);

 private:
  struct Choice {
    std::int32_t id = 0;
    double weight = 0;
  };

  Sampling sampling_;
  std::mt19937_64 random_;
  std::vector<Choice> choices_;
};

}  // namespace corpuscope::explore
