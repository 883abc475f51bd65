#include "explore/exact_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "core/error.h"
#include "explore/read.h"
#include "explore/read_support.h"

namespace corpuscope::explore {
namespace {

constexpr std::int64_t length = 5000;  // more than a chunk

// Every weight of the whole sequence, read in one piece.
class AllWeights : public attention::WeightSink {
 public:
  void tile(const attention::WeightTile& tile) override {
    const std::lock_guard lock(mutex_);
    for (int row = 0; row < tile.queries; ++row)
      for (int column = 0; column < tile.keys; ++column)
        if (const float weight = tile.weights[row * tile.stride + column]; weight > 0)
          all[{tile.query_first + row * tile.dilation, tile.key_first + column * tile.dilation, tile.head, tile.level}] =
              weight;
  }
  std::map<std::tuple<std::int64_t, std::int64_t, int, int>, float> all;

 private:
  std::mutex mutex_;
};

class AllLayers : public model::LayerSinks {
 public:
  attention::WeightSink* layer(int layer) override { return &layers[layer]; }
  std::map<int, AllWeights> layers;
};

class ExactWeightsTest : public testing::Test {
 protected:
  void SetUp() override {
    write_model(folder / "tiny", tiny_config());
    write_corpus(file, length);
    ReadSettings settings;
    settings.model = folder / "tiny";
    core::Job job;
    run = read_corpus(file, settings, job);
  }

  // What the whole sequence, read at once, says of a window.
  static void expect_same(const ExactWeights& got, const AllLayers& expected) {
    const WeightWindow& w = got.window;
    for (int layer = 0; layer < int(got.layers.size()); ++layer) {
      std::size_t wanted = 0;
      const auto& all = expected.layers.at(layer).all;
      for (const auto& [key, weight] : all) {
        const auto [q, k, head, level] = key;
        wanted += q >= w.query && q < w.query + w.queries && k >= w.key && k < w.key + w.keys;
      }
      ASSERT_EQ(got.layers[std::size_t(layer)].size(), wanted) << "layer " << layer;
      for (const ExactWeight& one : got.layers[std::size_t(layer)]) {
        const auto found = all.find({w.query + one.query, w.key + one.key, one.head, one.level});
        ASSERT_NE(found, all.end());
        ASSERT_NEAR(one.weight, found->second, 2e-4 * (found->second + 0.01)) << "layer " << layer;
      }
    }
  }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder / "a.corpuscope";
  std::int64_t run = 0;
};

TEST_F(ExactWeightsTest, AreThoseOfTheWholeSequenceReadAtOnce) {
  const auto workspace = workspace::Workspace::open(file);
  const ReadModel model = load_read_model(folder / "tiny", workspace.run(run)->config);
  model::Reader reader(model.decoder);
  AllLayers all;
  std::vector<float> bits(length);
  reader.append(workspace.tokens(0, length), bits.data(), &all);

  ExactReader exact(file, run, folder / "tiny");
  core::Job job;
  // Forwards, back, far from the diagonal, at both ends, right at a chunk's border.
  for (const WeightWindow w : {WeightWindow{2100, 40, 2090, 50}, {700, 30, 690, 40}, {2990, 10, 0, 200}, {0, 5, 0, 5},
                               {2048, 1, 1000, 1048}, {2047, 2, 2040, 9}, {1500, 20, 1600, 10}}) {
    const auto got = exact.weights(w, job);
    EXPECT_TRUE(got.window == w);
    expect_same(got, all);
  }
}

TEST_F(ExactWeightsTest, OfAPairAreAllItsWeights) {
  ExactReader exact(file, run, folder / "tiny");
  core::Job job;
  const auto got = exact.weights({1000, 20, 990, 30}, job);
  std::size_t seen = 0;
  for (std::int64_t q = 1000; q < 1020; ++q)
    for (std::int64_t k = 990; k < 1020; ++k) {
      const auto [first, last] = got.of_pair(1, q, k);
      for (const auto* w = first; w != last; ++w) {
        ASSERT_EQ(w->query + 1000, q);
        ASSERT_EQ(w->key + 990, k);
        ++seen;
      }
    }
  EXPECT_EQ(seen, got.layers[1].size());
  EXPECT_EQ(got.of_pair(7, 1000, 1000).first, got.of_pair(7, 1000, 1000).second);
}

// Weights of a query add up to one over all keys of the dense stretch, and every earlier token of it is seen.
TEST_F(ExactWeightsTest, DenseOnesSeeEveryEarlierTokenOfTheirStretch) {
  ExactReader exact(file, run, folder / "tiny");
  core::Job job;
  const auto got = exact.dense_weights({500, 16, 416, 100}, 100, job);
  EXPECT_TRUE(got.dense);
  EXPECT_EQ(got.context, 416);
  for (const auto& layer : got.layers) {
    std::map<std::pair<int, int>, std::pair<double, int>> rows;
    for (const auto& w : layer) {
      auto& row = rows[{w.query, w.head}];
      row.first += double(w.weight);
      row.second += 1;
    }
    ASSERT_EQ(rows.size(), 16u * 4u);
    for (const auto& [key, row] : rows) {
      EXPECT_NEAR(row.first, 1, 1e-4);
      EXPECT_EQ(row.second, 500 + key.first - 416 + 1);
    }
  }
}

TEST_F(ExactWeightsTest, TheCostIsToldBeforeAndFallsOnceStatesAreKept) {
  ExactReader exact(file, run, folder / "tiny");
  core::Job job;
  const WeightWindow near_end{4900, 10, 4880, 30};
  EXPECT_EQ(exact.cost(near_end).tokens, 4910);
  EXPECT_GT(exact.cost(near_end).seconds, 0);
  exact.weights(near_end, job);
  EXPECT_LE(exact.cost(near_end).tokens, 4910 - 4096);
}

TEST_F(ExactWeightsTest, RefusesWhatCannotBe) {
  ExactReader exact(file, run, folder / "tiny");
  core::Job job;
  for (const WeightWindow w : {WeightWindow{-1, 5, 0, 5}, {0, 0, 0, 5}, {0, 5, 0, 0}, {4998, 5, 0, 5}, {0, 5000, 0, 5000},
                               {0, 5, std::int64_t(1) << 62, std::int64_t(1) << 62}}) {
    EXPECT_THROW(exact.weights(w, job), core::Error);
    EXPECT_THROW(exact.cost(w), core::Error);
    EXPECT_THROW(exact.dense_weights(w, 100, job), core::Error);
  }
  EXPECT_THROW(ExactReader(file, run + 1, folder / "tiny"), core::Error);
  write_model(folder / "other", tiny_config(), 2);
  EXPECT_THROW(ExactReader(file, run, folder / "other"), core::Error);
}

TEST_F(ExactWeightsTest, ACancelLeavesItUsable) {
  ExactReader exact(file, run, folder / "tiny");
  core::Job cancelled;
  cancelled.cancel();
  EXPECT_THROW(exact.weights({4900, 10, 4880, 30}, cancelled), core::Cancelled);
  core::Job job;
  EXPECT_FALSE(exact.weights({4900, 10, 4880, 30}, job).layers[0].empty());
}

}  // namespace
}  // namespace corpuscope::explore
