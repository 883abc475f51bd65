#pragma once
// What a model::Reader shows of its attention, handed to a walk (reread.h).

#include <vector>

#include "explore/reread.h"
#include "model/streaming.h"

namespace corpuscope::explore {

// One layer's weights on their way to the walk.
class WalkLayerSink : public attention::WeightSink {
 public:
  WalkLayerSink(Walk& walk, int layer) : walk_(walk), layer_(layer) {}
  void tile(const attention::WeightTile& tile) override { walk_.tile(layer_, tile); }

 private:
  Walk& walk_;
  int layer_;
};

// A layer ends where the next begins, or the chunk does.
class WalkSinks : public model::LayerSinks {
 public:
  WalkSinks(Walk& walk, int layers, core::Job& job) : walk_(walk), job_(job) {
    for (int layer = 0; layer < layers; ++layer) sinks_.emplace_back(walk, layer);
  }

  void begin(std::int64_t first, std::int64_t count) {
    first_ = first;
    count_ = count;
  }
  void end() {
    if (open_ >= 0) walk_.end(open_);
    open_ = -1;
  }

  attention::WeightSink* layer(int layer) override {
    end();
    job_.poll();
    if (!walk_.wants(layer, first_, count_)) return nullptr;
    walk_.begin(layer, first_, count_);
    open_ = layer;
    return &sinks_[std::size_t(layer)];
  }

 private:
  Walk& walk_;
  core::Job& job_;
  std::vector<WalkLayerSink> sinks_;
  std::int64_t first_ = 0, count_ = 0;
  int open_ = -1;
};

}  // namespace corpuscope::explore
