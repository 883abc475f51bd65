#pragma once
// Every weight with which one token looks back, or with which others look at it, as they pass in a model::Reader.

#include <algorithm>
#include <tuple>
#include <vector>

#include "model/config.h"
#include "model/streaming.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

// Of one layer: all weights of one query, or all on one key. Heads come from several threads, each into its own list.
class OneToken : public attention::WeightSink {
 public:
  OneToken(int layer, int heads, std::int64_t token, bool as_query)
      : layer_(layer), token_(token), as_query_(as_query), heads_(std::size_t(heads)) {}

  void tile(const attention::WeightTile& tile) override {
    const std::int64_t first = as_query_ ? tile.query_first : tile.key_first;
    const std::int64_t at = (token_ - first) / tile.dilation;
    if (token_ < first || (token_ - first) % tile.dilation != 0 || at >= (as_query_ ? tile.queries : tile.keys)) return;
    for (std::int64_t other = 0; other < (as_query_ ? tile.keys : tile.queries); ++other) {
      const std::int64_t row = as_query_ ? at : other, column = as_query_ ? other : at;
      const float weight = tile.weights[row * tile.stride + column];
      if (weight > 0)
        heads_[std::size_t(tile.head)].push_back({tile.query_first + row * tile.dilation,
                                                  tile.key_first + column * tile.dilation, weight,
                                                  std::int16_t(layer_), std::int16_t(tile.level),
                                                  std::int16_t(tile.head)});
    }
  }

  void take(std::vector<workspace::Edge>& to) {
    for (auto& head : heads_) to.insert(to.end(), head.begin(), head.end());
  }

 private:
  int layer_;
  std::int64_t token_;
  bool as_query_;
  std::vector<std::vector<workspace::Edge>> heads_;
};

class OneTokenSinks : public model::LayerSinks {
 public:
  OneTokenSinks(const model::Config& config, std::int64_t token, bool as_query) {
    for (int layer = 0; layer < config.layers; ++layer) layers_.emplace_back(layer, config.heads, token, as_query);
  }

  attention::WeightSink* layer(int layer) override { return &layers_[std::size_t(layer)]; }

  std::vector<workspace::Edge> take() {
    std::vector<workspace::Edge> all;
    for (OneToken& layer : layers_) layer.take(all);
    std::ranges::sort(all, {}, [](const workspace::Edge& e) { return std::tuple(e.layer, e.head, e.level, e.key, e.query); });
    return all;
  }

 private:
  std::vector<OneToken> layers_;
};

constexpr std::int64_t piece = 512;  // what a cancel waits for

}  // namespace corpuscope::explore
