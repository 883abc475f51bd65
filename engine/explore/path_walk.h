#pragma once
// The strongest paths to a token, found while a model reads.
//
// State (l, p) is what layer l gets of token p; state (layers, p) is what the model ends with. One step leads from
// (l, p) to (l + 1, p) by the residual stream, or to (l + 1, q) by an edge of q's attention in layer l to p. Of each
// state the strongest ways from the source are kept: those of (l + 1, q) follow from those of layer l at all keys of q,
// which were read before it. So all is found in one reading, and exactly.

#include <cstdint>
#include <memory>
#include <vector>

#include "explore/reread.h"
#include "pattern/pattern.h"

namespace corpuscope::explore {

struct PathWalkSettings {
  pattern::Pattern pattern;
  int layers = 1, heads = 1;
  std::int64_t first = 0, count = 1;  // the source
  std::int64_t target = 0;            // at or behind the source's beginning
  int most = 5;                       // paths
};

// Of memory, at most.
std::int64_t path_walk_bytes(const PathWalkSettings& settings);

class PathWalk : public Walk {
 public:
  explicit PathWalk(const PathWalkSettings& settings);

  bool wants(int layer, std::int64_t first, std::int64_t count) const override;
  void begin(int layer, std::int64_t first, std::int64_t count) override;
  void tile(int layer, const attention::WeightTile& tile) override;
  void end(int layer) override;

  // After the target was read: strongest first. Paths weaker than 1e-30 may be missing.
  std::vector<workspace::FoundPath> paths() const;

 private:
  // The end of a way: by which edge, from which of the ways to its key.
  struct Way {
    float strength = 0;      // without the halves, which all ways have in common
    std::uint32_t from = 0;  // behind the source's beginning
    std::int16_t level = -1, head = -1;
    std::int32_t rank = 0;
  };
  static bool stronger(const Way& a, const Way& b);

  // Of one layer's input, for the tokens from the source's beginning on.
  struct States {
    std::vector<float> best;                    // strength of the strongest way; 0: none
    std::vector<std::unique_ptr<Way[]>> blocks;  // of `block` tokens with `most` ways each; null: none
  };
  struct Head {  // scratch of one head, and what it found for the chunk
    std::vector<float> at_keys, products;
    std::vector<Way> ways;  // [chunk, most]
  };

  const Way* ways_of(int state, std::int64_t at) const;  // null: none
  void insert(Way* ways, const Way& way) const;
  void add_edge(int layer, Way* ways, const attention::WeightTile& tile, float weight, std::int64_t key) const;
  void gather(int state, std::int64_t at, Way* ways) const;
  void end_block(int state, std::int64_t block);

  const PathWalkSettings settings_;
  const std::int64_t length_;      // tokens from the source's beginning to the target
  std::vector<bool> seen_;         // which of them the target sees itself: others do not matter at the last layer
  std::vector<States> states_;     // of layers 0 to `layers`
  std::vector<Head> heads_;
  std::int64_t chunk_first_ = 0, chunk_count_ = 0;
};

}  // namespace corpuscope::explore
