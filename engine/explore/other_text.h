#pragma once
// Other text of the corpus that stands in for a part of the sequence: so that a model meets the sort of text that it
// would meet there, and nothing of what stood there. (A hole would be a context such as no model has ever seen: then
// what a text says and that there is a text could not be told apart.)

#include <cstdint>
#include <random>
#include <vector>

#include "workspace/workspace.h"

namespace corpuscope::explore {

struct Stretch {
  std::int64_t first = 0, count = 0;  // tokens of the sequence
};

class OtherText {
 public:
  // Drawn from the first `length` tokens of the sequence. The same seed draws the same.
  OtherText(const workspace::Workspace& workspace, std::int64_t length, std::uint64_t seed);

  // So many tokens from a place drawn at random that does not touch `avoid`; of one document where one of some draws
  // is so. Where the sequence is too short for that they may touch it, and are repeated where it is shorter than `count`.
  std::vector<std::int32_t> draw(std::int64_t count, const Stretch& avoid);

 private:
  const workspace::Workspace& workspace_;
  const std::int64_t length_;
  std::mt19937_64 random_;
};

}  // namespace corpuscope::explore
