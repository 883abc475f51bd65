#pragma once
// What a model expects in a place: the probabilities of all tokens, from its logits.

#include <cstdint>
#include <span>
#include <vector>

namespace corpuscope::explore {

struct NextToken {
  std::int32_t id = 0;
  double probability = 0;
};

struct Expectation {
  std::vector<NextToken> most_probable;  // best first; equal ones by their ids
  double probability = 0;                // of the token that stands there
  std::int64_t rank = 0;                 // how many tokens were more probable than that
  double entropy = 0;                    // bits: how undecided the model was
};

// Softmax in double. `actual` is the token that stands there; throws core::Error where it is none of the vocabulary.
Expectation expectation(std::span<const float> logits, std::int32_t actual, int most);

}  // namespace corpuscope::explore
