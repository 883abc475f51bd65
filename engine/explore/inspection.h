#pragma once
// What a reading keeps of the attention weights that pass by: the weight that each token receives, pooled maps of
// each segment, the strongest edges. Memory depends on the pattern and the chunk, never on the sequence's length.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/decoder.h"
#include "pattern/pattern.h"
#include "workspace/workspace.h"

namespace corpuscope::parallel {
class Collective;
}

namespace corpuscope::explore {

struct InspectionSettings {
  pattern::Pattern pattern;
  int layers = 1, heads = 1;
  std::int64_t length = 0;  // of the whole sequence: where its last segments are cut
  int tile_size = 32;       // strips of a segment's map; fewer where the segment has fewer rows
  bool each_head = false;   // maps of each head besides the means
  int edges = 4;            // strongest edges into a token, a layer; 0: none
};

// What a GPU is to sum up for such an inspection.
model::SumsWanted sums_wanted(const InspectionSettings& settings);

// Weights that positions first, first + step, ... received, to be added to what they received before.
struct Received {
  int layer = 0;
  std::int64_t first = 0, step = 1;
  std::vector<float> weights;
};

struct Findings {
  std::vector<Received> received;
  std::vector<workspace::Tile> tiles;    // of the segments that ended
  std::vector<workspace::Edge> edges;    // by layer, query, then strongest first
};

// Around each Reader::append: begin(first, count), append with this as the sinks, end(). What it finds does not
// depend on the number of threads.
//
// Received is divided by the heads. A key's weight is given out when the segment through which it was seen ends: at
// the upper levels that is long after the key was read.
//
// Mean maps (head -1) are over the heads that have this very segment. Where the pattern is staggered the odd heads'
// grid is moved by half a segment: then a level has two mean maps for most positions, one of the even heads and one of
// the odd, and their first and length say where each lies. Beside each mean map lies one of the strongest head (-2): in
// each cell the largest of these heads' own.
//
// Of several ranks each inspects its heads. All of them call begin, end, save with the same arguments; what was found
// and what is saved is that of all heads, and the first rank gets it.
class Inspection : public model::LayerSinks {
 public:
  explicit Inspection(const InspectionSettings& settings);
  Inspection(const InspectionSettings& settings, parallel::Collective& ranks);
  ~Inspection() override;

  const InspectionSettings& settings() const;
  attention::WeightSink* layer(int layer) override;
  std::optional<model::SumsWanted> wanted() const override;
  void take(int layer, const model::LayerSums& sums) override;
  void begin(std::int64_t first, std::int64_t count);
  Findings end();

  std::vector<std::byte> save() const;          // between end() and begin()
  // That of all heads, on each rank. Throws core::Error where it does not fit these settings.
  void load(std::span<const std::byte> state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::explore
