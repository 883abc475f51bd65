#pragma once
// The shares of an attention rollout (see rollout.h), found while a model reads: those of (layer + 1, token) follow from
// those of its keys at the layer, which were read before it.

#include <cstdint>
#include <vector>

#include "explore/reread.h"

namespace corpuscope::explore {

class RolloutWalk : public Walk {
 public:
  RolloutWalk(int layers, int heads, std::int64_t length, std::int64_t first, std::int64_t count);

  bool wants(int layer, std::int64_t first, std::int64_t count) const override;
  void begin(int layer, std::int64_t first, std::int64_t count) override;
  void tile(int layer, const attention::WeightTile& tile) override;
  void end(int layer) override;

  std::vector<float> shares() const;  // of every token of the sequence

 private:
  struct Head {
    std::vector<float> at_keys, sums;  // of a tile's keys; of the chunk's queries
  };

  const std::int64_t length_, first_;
  std::vector<std::vector<float>> states_;  // of layers 0 to the last: shares, from the passage's beginning on
  std::vector<Head> heads_;
  std::int64_t chunk_first_ = 0, chunk_count_ = 0;
};

}  // namespace corpuscope::explore
