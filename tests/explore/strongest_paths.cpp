// Strongest paths and rollout against every single path and the whole matrices, on models small enough for both.

#include "explore/strongest_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/path_walk.h"
#include "explore/rollout.h"
#include "read_support.h"
#include "workspace/writer.h"

namespace corpuscope::explore {
namespace {

using workspace::FoundPath;

struct Weight {
  std::int64_t query, key;
  int layer, level, head;
  float weight;
};

// Every weight of a reading, as one chunk gives it.
class AllWeights : public Walk {
 public:
  bool wants(int, std::int64_t, std::int64_t) const override { return true; }
  void begin(int, std::int64_t, std::int64_t) override {}
  void tile(int layer, const attention::WeightTile& tile) override {
    for (int i = 0; i < tile.queries; ++i)
      for (int j = 0; j < tile.keys; ++j)
        if (const float weight = tile.weights[i * tile.stride + j]; weight > 0)
          all.push_back({tile.query_first + i * tile.dilation, tile.key_first + j * tile.dilation, layer, tile.level,
                         tile.head, weight});
  }
  void end(int) override {}
  std::vector<Weight> all;
};

class StrongestPaths : public testing::Test {
 protected:
  StrongestPaths() { core::set_threads(1); }
  ~StrongestPaths() override { core::set_threads(0); }

  void read(std::int64_t tokens, int layers, workspace::Detail detail = workspace::Detail::full, bool staggered = true,
            pattern::OffsetRule rule = pattern::OffsetRule::modulo) {
    model::Config config = tiny_config();
    config.layers = layers;
    config.attention = {{{8, 1}, {16, 2}, {32, 4}}, rule, staggered, true};
    write_model(settings_.model, config);
    write_corpus(file_, tokens);
    settings_.detail = detail;
    core::Job job;
    run_ = read_corpus(file_, settings_, ReadSteps{64, 256}, job);
    AllWeights walk;
    reread(file_, this->run(), settings_.model, tokens, walk, job);
    weights_ = std::move(walk.all);
  }

  workspace::Run run() const { return *workspace::Workspace::open(file_).run(run_); }

  PathQuestion question(std::int64_t first, std::int64_t count, std::int64_t target, int most) const {
    return {run_, first, count, target, most, settings_.model};
  }

  std::vector<FoundPath> found(const PathQuestion& question) const {
    core::Job job;
    return strongest_paths(file_, question, job);
  }

  // Strengths of all paths, strongest first, found one by one.
  std::vector<double> every_path(const PathQuestion& q) const {
    const int layers = run().layers, heads = run().heads;
    std::vector<double> strengths;
    const auto walk = [&](const auto& self, int layer, std::int64_t token, double strength) -> void {
      if (layer < 0) {
        if (token >= q.first && token < q.first + q.count) strengths.push_back(strength);
        return;
      }
      self(self, layer - 1, token, strength / 2);
      for (const Weight& w : weights_)
        if (w.layer == layer && w.query == token && w.key >= q.first)
          self(self, layer - 1, w.key, strength / 2 * w.weight / heads);
    };
    walk(walk, layers - 1, q.target, 1);
    std::ranges::sort(strengths, std::greater{});
    return strengths;
  }

  void expect_real(const FoundPath& path, const PathQuestion& q) const {
    ASSERT_EQ(int(path.size()), run().layers);
    EXPECT_TRUE(path.front().from >= q.first && path.front().from < q.first + q.count);
    EXPECT_EQ(path.back().to, q.target);
    for (int layer = 0; layer < int(path.size()); ++layer) {
      const auto& step = path[std::size_t(layer)];
      EXPECT_EQ(step.layer, layer);
      if (layer > 0) { EXPECT_EQ(step.from, path[std::size_t(layer - 1)].to); }
      if (step.stays()) {
        EXPECT_EQ(step.from, step.to);
        EXPECT_EQ(step.weight, 1);
        continue;
      }
      const auto same = [&](const Weight& w) {
        return w.layer == layer && w.query == step.to && w.key == step.from && w.level == step.level && w.head == step.head;
      };
      const auto real = std::ranges::find_if(weights_, same);
      ASSERT_NE(real, weights_.end());
      EXPECT_NEAR(step.weight, real->weight, 1e-3 * real->weight + 1e-6);
    }
  }

  void expect_paths(const PathQuestion& q) const {
    const auto paths = found(q);
    const auto strengths = every_path(q);
    ASSERT_EQ(paths.size(), std::min(strengths.size(), std::size_t(q.most)));
    for (std::size_t i = 0; i < paths.size(); ++i) {
      expect_real(paths[i], q);
      EXPECT_NEAR(workspace::strength(paths[i], run().heads), strengths[i], 1e-3 * strengths[i]) << i;
      for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(paths[i] == paths[j]);
    }
  }

  // The passage's columns of the product of (I + A) / 2.
  std::vector<double> matrix_product(std::int64_t first, std::int64_t count) const {
    const std::int64_t n = run().tokens;
    const int layers = run().layers, heads = run().heads;
    std::vector<double> shares(std::size_t(n), 0);
    for (std::int64_t i = first; i < first + count; ++i) shares[std::size_t(i)] = 1;
    for (int layer = 0; layer < layers; ++layer) {
      std::vector<double> matrix(std::size_t(n * n), 0), next(std::size_t(n), 0);
      for (std::int64_t i = 0; i < n; ++i) matrix[std::size_t(i * n + i)] = 0.5;
      for (const Weight& w : weights_)
        if (w.layer == layer) matrix[std::size_t(w.query * n + w.key)] += 0.5 * w.weight / heads;
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) next[std::size_t(i)] += matrix[std::size_t(i * n + j)] * shares[std::size_t(j)];
      shares = next;
    }
    return shares;
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "a.corpuscope";
  ReadSettings settings_{folder_ / "tiny", workspace::Detail::full};
  std::int64_t run_ = 0;
  std::vector<Weight> weights_;
};

TEST_F(StrongestPaths, AreThoseOfAllPathsTogether) {
  read(120, 3);
  for (const auto& q : {question(3, 1, 60, 7), question(40, 5, 119, 10), question(0, 1, 119, 5), question(50, 1, 50, 4),
                        question(59, 1, 60, 300), question(10, 111 - 10, 110, 20)})
    expect_paths(q);
}

TEST_F(StrongestPaths, OfPatternsWithBlindSpots) {
  read(120, 2, workspace::Detail::full, false);
  expect_paths(question(2, 1, 90, 5));
  // Behind a border of all levels the last token is not seen.
  const auto q = question(31, 1, 32, 5);
  EXPECT_EQ(found(q).size(), every_path(q).size());
  for (const auto rule : {pattern::OffsetRule::both_ends, pattern::OffsetRule::block}) {
    read(90, 2, workspace::Detail::full, false, rule);
    expect_paths(question(7, 2, 80, 6));
  }
}

TEST_F(StrongestPaths, OfOneLayer) {
  read(100, 1);
  expect_paths(question(60, 1, 70, 20));
  expect_paths(question(0, 100, 99, 20));
}

TEST_F(StrongestPaths, TheFutureIsNoSource) {
  read(100, 2);
  EXPECT_TRUE(found(question(60, 1, 40, 5)).empty());
  EXPECT_TRUE(stored_paths(workspace::Workspace::open(file_), question(60, 1, 40, 5)).empty());
  expect_paths(question(40, 60, 50, 5));  // a passage that ends behind the target
}

TEST_F(StrongestPaths, StoredEdgesGiveTheBestOfThemselves) {
  read(120, 3);
  const auto workspace = workspace::Workspace::open(file_);
  // The brute force over those edges that are stored.
  std::vector<Weight> stored;
  for (int layer = 0; layer < 3; ++layer)
    for (std::int64_t query = 0; query < 120; ++query)
      for (const auto& edge : workspace.edges_into(run_, layer, query))
        stored.push_back({edge.query, edge.key, edge.layer, edge.level, edge.head, edge.weight});
  weights_ = stored;
  for (const auto& q : {question(90, 10, 119, 8), question(0, 50, 100, 5), question(100, 1, 110, 5)}) {
    const auto paths = stored_paths(workspace, q);
    const auto strengths = every_path(q);
    ASSERT_EQ(paths.size(), std::min(strengths.size(), std::size_t(q.most)));
    for (std::size_t i = 0; i < paths.size(); ++i) {
      expect_real(paths[i], q);
      EXPECT_NEAR(workspace::strength(paths[i], 4), strengths[i], 1e-6 * strengths[i]);
    }
  }
}

TEST_F(StrongestPaths, ANarrowBeamFindsPathsTooButPerhapsOthers) {
  read(200, 3);
  const auto workspace = workspace::Workspace::open(file_);
  const auto q = question(150, 50, 199, 5);
  const auto wide = stored_paths(workspace, q), narrow = stored_paths(workspace, q, 2);
  ASSERT_FALSE(narrow.empty());
  expect_real(narrow[0], q);
  EXPECT_LE(workspace::strength(narrow[0], 4), workspace::strength(wide[0], 4) * (1 + 1e-9));
}

TEST_F(StrongestPaths, TheirStrengthsAddUpToTheRollout) {
  read(80, 2);
  const auto q = question(20, 3, 70, 1000);
  double sum = 0;
  for (const double strength : every_path(q)) sum += strength;
  EXPECT_NEAR(sum, matrix_product(20, 3)[70], 1e-6);
}

TEST_F(StrongestPaths, RolloutIsTheProductOfTheMatrices) {
  read(300, 3);
  for (const auto& [first, count] : {std::pair(0, 1), std::pair(100, 7), std::pair(299, 1), std::pair(0, 300)}) {
    core::Job job;
    const auto id = roll_out(file_, {run_, first, count, "r", settings_.model}, job);
    const auto workspace = workspace::Workspace::open(file_);
    const auto got = workspace.rollout(id, 0, 300);
    const auto wanted = matrix_product(first, count);
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], wanted[i], 1e-3 * wanted[i] + 1e-9) << i;
    EXPECT_EQ(workspace.rollouts(run_).front().count, count);
  }
}

// Against sorting all shares. Long enough that it goes down through parts, and with equal shares on their borders.
TEST_F(StrongestPaths, TheStrongestHoldersOfARollout) {
  read(20'000, 2);
  auto workspace = workspace::Workspace::open(file_);
  std::mt19937 random(5);
  std::vector<float> shares(20'000);
  for (float& share : shares) share = float(random() % 4096) / 4096 * 0.01F;
  for (const std::size_t at : {3000, 3001, 12'345, 16'383, 16'384, 19'999}) shares[at] = 0.5F;
  const std::int64_t id = workspace.writer().save_rollout({0, run_, "r", 2000, 1000}, shares);
  const workspace::Rollout rollout{id, run_, "r", 2000, 1000};
  const auto kept = workspace.rollout(id, 0, 20'000);  // as they were rounded
  for (const int most : {1, 6, 40}) {
    std::vector<float> wanted(kept.begin() + 3000, kept.end());
    std::ranges::sort(wanted, std::greater<>());
    const auto found = strongest_holders(workspace, rollout, most);
    ASSERT_EQ(found.size(), std::size_t(most));
    std::set<std::int64_t> tokens;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].share, wanted[i]) << i;
      EXPECT_EQ(found[i].share, kept[std::size_t(found[i].token)]);
      EXPECT_GE(found[i].token, 3000);
      EXPECT_TRUE(tokens.insert(found[i].token).second);
    }
  }
  EXPECT_TRUE(strongest_holders(workspace, {id, run_, "r", 19'000, 1000}, 5).empty());  // nothing is behind it
  workspace.writer().rename_rollout(id, "another");
  EXPECT_EQ(workspace.rollouts(run_).front().name, "another");
  EXPECT_THROW(workspace.writer().rename_rollout(id + 1, "none"), core::Error);
}

TEST_F(StrongestPaths, WhatCannotBeAskedIsRefused) {
  read(100, 2);
  core::Job job;
  EXPECT_THROW(strongest_paths(file_, question(100, 1, 99, 5), job), core::Error);
  EXPECT_THROW(strongest_paths(file_, question(5, 1, 100, 5), job), core::Error);
  EXPECT_THROW(strongest_paths(file_, question(5, 1, 50, 0), job), core::Error);
  EXPECT_THROW(roll_out(file_, {run_, 90, 11, "r", settings_.model}, job), core::Error);
  auto other = question(5, 1, 50, 5);
  other.run = 99;
  EXPECT_THROW(strongest_paths(file_, other, job), core::Error);
  other = question(5, 1, 50, 5);
  other.model = folder_ / "other";
  model::Config config = tiny_config();
  config.attention = {{{8, 1}, {16, 2}, {32, 4}}, pattern::OffsetRule::modulo, true, true};
  write_model(other.model, config, 2);
  EXPECT_THROW(strongest_paths(file_, other, job), core::Error);
  job.cancel();
  EXPECT_THROW(strongest_paths(file_, question(5, 1, 50, 5), job), core::Cancelled);
}

TEST_F(StrongestPaths, CostIsToldBefore) {
  read(100, 2);
  const auto cost = strongest_paths_cost(run(), question(10, 1, 59, 5));
  EXPECT_EQ(cost.tokens, 60);
  EXPECT_GT(cost.seconds, 0);
  EXPECT_GT(cost.bytes, 0);
  EXPECT_EQ(rollout_cost(run(), {run_, 10, 1, "", {}}).tokens, 100);
}

}  // namespace
}  // namespace corpuscope::explore
