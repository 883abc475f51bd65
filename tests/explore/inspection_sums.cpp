// What a GPU gives instead of single weights (their sums by key, by strips, and the strongest edges) ends in the same
// findings.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <mutex>
#include <random>
#include <tuple>

#include "attention/attention.h"
#include "explore/head_inspection.h"
#include "explore/inspection.h"

namespace corpuscope::explore {
namespace {

constexpr int heads = 4, head_dim = 8;
constexpr std::int64_t length = 611;

struct Weight {
  int head, level;
  std::int64_t query, key;
  float weight;
};

class Collecting : public attention::WeightSink {
 public:
  void tile(const attention::WeightTile& tile) override {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < tile.queries; ++i)
      for (int j = 0; j < tile.keys; ++j)
        if (const float weight = tile.weights[i * tile.stride + j]; weight > 0)
          weights.push_back({tile.head, tile.level, tile.query_first + i * tile.dilation,
                             tile.key_first + j * tile.dilation, weight});
  }
  std::vector<Weight> weights;

 private:
  std::mutex mutex_;
};

// The sums of one chunk, as a GPU lays them out: rows of maps lie `stride` apart.
class Summed {
 public:
  Summed(const InspectionSettings& settings, std::int64_t first, std::int64_t count, const std::vector<Weight>& weights)
      : edges_(std::size_t(count * settings.edges)) {
    sums.first = first;
    sums.length = count;
    for (int head = 0; head < heads; ++head)
      for (int level = 0; level < int(settings.pattern.levels.size()); ++level) {
        const std::int64_t w = settings.pattern.levels[std::size_t(level)].segment;
        const std::int64_t shift = pattern::shift(settings.pattern, level, head);
        for (std::int64_t s = (first + shift) / w; s <= (first + count - 1 + shift) / w; ++s)
          add_segment(settings, head, level, s, w, shift, weights);
      }
    for (std::size_t i = 0; i < sums.segments.size(); ++i) {
      sums.segments[i].received = rows_[i];
      sums.segments[i].map = maps_[i].data();
    }
    choose_edges(settings, weights);
    sums.edges = edges_.data();
  }

  model::LayerSums sums;

 private:
  static constexpr int stride = 13;

  void add_segment(const InspectionSettings& settings, int head, int level, std::int64_t segment, std::int64_t w,
                   std::int64_t shift, const std::vector<Weight>& weights) {
    const inspected::Segment shape(settings, level, head, segment);
    std::vector<float> received(shape.received.size() + 3, 0.0f), map(std::size_t(stride * stride), 0.0f);
    for (const Weight& one : weights) {
      if (one.head != head || one.level != level || (one.query + shift) / w != segment) continue;
      const auto row = [&](std::int64_t position) { return (position - shape.rows.first) / shape.rows.dilation; };
      received[std::size_t(row(one.key))] += one.weight;
      map[std::size_t(shape.strip_of(row(one.query)) * stride + shape.strip_of(row(one.key)))] += one.weight;
    }
    rows_.push_back(std::move(received));
    maps_.push_back(std::move(map));
    sums.segments.push_back({head, level, segment, {}, nullptr, stride});
  }

  void choose_edges(const InspectionSettings& settings, std::vector<Weight> weights) {
    std::ranges::sort(weights, [](const Weight& a, const Weight& b) {
      return std::tuple(a.query, -a.weight, a.head, a.level, a.key) < std::tuple(b.query, -b.weight, b.head, b.level, b.key);
    });
    std::map<std::int64_t, int> taken;
    for (const Weight& one : weights)
      if (int& count = taken[one.query]; count < settings.edges)
        edges_[std::size_t((one.query - sums.first) * settings.edges + count++)] = {one.weight, std::int16_t(one.level),
                                                                                   std::int16_t(one.head), one.key};
  }

  std::vector<std::vector<float>> rows_, maps_;
  std::vector<model::StrongEdge> edges_;
};

TEST(InspectionSums, EndInTheFindingsOfSingleWeights) {
  InspectionSettings settings;
  settings.pattern.levels = {{32, 1}, {128, 4}, {512, 16}};
  settings.pattern.staggered = true;
  settings.heads = heads;
  settings.length = length;
  settings.tile_size = 8;
  settings.each_head = true;
  settings.edges = 3;
  std::mt19937 random(4);
  std::normal_distribution<float> normal(0, 1.5f);
  std::vector<float> q(std::size_t(length * heads * head_dim)), k = q, v = q, out = q, lse(std::size_t(length * heads));
  for (auto* array : {&q, &k, &v})
    for (float& x : *array) x = normal(random);
  const attention::Settings attention{settings.pattern, 0.3f, {}};
  attention::Stream watched(attention, heads, heads, head_dim), summed(attention, heads, heads, head_dim);
  Inspection single(settings), sums(settings);
  ASSERT_EQ(sums.wanted()->strips, 8);
  ASSERT_EQ(sums.wanted()->edges, 3);
  ASSERT_EQ(sums.wanted()->length, length);

  std::size_t tiles = 0, edges = 0;
  for (std::int64_t at = 0, count = 100; at < length; at += count, count = 100) {
    count = std::min(count, length - at);
    const std::int64_t from = at * heads * head_dim;
    const auto append = [&](attention::Stream& stream, attention::WeightSink* sink) {
      stream.append(count, &q[std::size_t(from)], &k[std::size_t(from)], &v[std::size_t(from)], out.data(), lse.data(),
                    sink);
    };
    single.begin(at, count);
    append(watched, single.layer(0));
    const Findings expected = single.end();
    Collecting collecting;
    append(summed, &collecting);
    sums.begin(at, count);
    // In two pieces, as where a GPU takes fewer tokens at a time than a chunk has.
    for (const auto& [first, end] : {std::pair(at, at + count / 3), std::pair(at + count / 3, at + count)}) {
      std::vector<Weight> piece;
      std::ranges::copy_if(collecting.weights, std::back_inserter(piece),
                           [&](const Weight& one) { return one.query >= first && one.query < end; });
      sums.take(0, Summed(settings, first, end - first, piece).sums);
    }
    const Findings found = sums.end();

    ASSERT_EQ(found.edges.size(), expected.edges.size());
    for (std::size_t i = 0; i < found.edges.size(); ++i) {
      EXPECT_EQ(found.edges[i].query, expected.edges[i].query);
      EXPECT_EQ(found.edges[i].key, expected.edges[i].key);
      EXPECT_EQ(found.edges[i].weight, expected.edges[i].weight);
    }
    ASSERT_EQ(found.received.size(), expected.received.size());
    const auto by_place = [](const Findings& findings) {  // segments come in no order
      std::map<std::pair<std::int64_t, std::int64_t>, double> sums;
      for (const Received& part : findings.received)
        for (std::size_t j = 0; j < part.weights.size(); ++j)
          sums[{part.step, part.first + std::int64_t(j) * part.step}] += part.weights[j];
      return sums;
    };
    const auto found_sums = by_place(found), expected_sums = by_place(expected);
    ASSERT_EQ(found_sums.size(), expected_sums.size());
    for (const auto& [place, sum] : expected_sums) EXPECT_NEAR(found_sums.at(place), sum, 1e-5);
    ASSERT_EQ(found.tiles.size(), expected.tiles.size());
    for (std::size_t i = 0; i < found.tiles.size(); ++i) {
      EXPECT_EQ(found.tiles[i].head, expected.tiles[i].head);
      ASSERT_EQ(found.tiles[i].weights.size(), expected.tiles[i].weights.size());
      for (std::size_t j = 0; j < found.tiles[i].weights.size(); ++j)
        EXPECT_NEAR(found.tiles[i].weights[j], expected.tiles[i].weights[j], 1e-5);
    }
    tiles += found.tiles.size();
    edges += found.edges.size();
  }
  EXPECT_GT(tiles, 100u);
  EXPECT_GT(edges, 1500u);
}

}  // namespace
}  // namespace corpuscope::explore
