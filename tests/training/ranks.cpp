// Training over several ranks is training on one.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/parallel.h"
#include "model/decoder.h"
#include "support.h"
#include "training/grid.h"
#include "training/tiny.h"

namespace corpuscope::training {
namespace {

using parallel::Collective;
using test::counting, test::tiny;

std::vector<model::Config> configs() {
  std::vector<model::Config> configs;
  for (const auto position :
       {model::Position::none, model::Position::rope, model::Position::xpos, model::Position::per_level}) {
    model::Config config = tiny();
    config.position = position;
    configs.push_back(config);
  }
  configs[1].norm = model::Norm::layernorm;
  configs[1].sub_layernorm = configs[1].bias = true;
  configs[1].ffn = model::FeedForward::gelu;
  configs[2].kv_heads = 1;
  configs[2].tied_embeddings = false;
  return configs;
}

double distance(const model::Tensors& a, const model::Tensors& b) {
  double difference = 0, norm = 0;
  for (const auto& [name, tensor] : a)
    for (std::size_t i = 0; i < tensor.data.size(); ++i) {
      const double exact = b.at(name).data[i], other = tensor.data[i] - exact;
      difference += other * other;
      norm += exact * exact;
    }
  return std::sqrt(difference / norm);
}

class Ranks : public testing::Test {
 protected:
  Ranks() { core::set_threads(1); }
};

// Lengths down to where ranks have no position at all, or nothing to predict.
TEST_F(Ranks, SharesOfTheLossAndItsGradientsAddUp) {
  for (const model::Config& config : configs())
    for (const std::int64_t length : {2, 3, 5, 6, 50, 97}) {
      const model::Decoder decoder(config, model::initial_weights(config, 5));
      std::vector<std::int32_t> tokens;
      for (std::int64_t i = 0; i < length; ++i) tokens.push_back(std::int32_t(i * i * 7 % 23));
      model::Tensors exact = decoder.zero_gradients();
      const double loss = decoder.loss(tokens, &exact);
      for (const int ranks : {2, 3, 4, 5})
        parallel::run_on_threads(ranks, [&](Collective& self) {
          SCOPED_TRACE(testing::Message() << "length " << length << ", " << ranks << " ranks");
          Settings settings;
          settings.ranks_a_window = ranks;
          Grid grid(self, settings);
          model::Tensors gradients = decoder.zero_gradients();
          double sum = decoder.loss(grid.window(), tokens, &gradients);
          grid.sum(sum, gradients);
          EXPECT_NEAR(sum, loss, 1e-5 * loss);
          EXPECT_LE(distance(gradients, exact), 1e-5);
          float without = float(decoder.loss(grid.window(), tokens));
          self.all_reduce({&without, 1});
          EXPECT_NEAR(without, loss, 1e-5 * loss);
        });
    }
}

TEST(Grid, GroupsOfRanks) {
  Settings settings;
  const auto check = [&](int ranks, std::int64_t windows, int wanted, int groups, int each) {
    settings.batch = windows;
    settings.ranks_a_window = wanted;
    const Grouping made = grouping(ranks, settings);
    EXPECT_EQ(made.groups, groups) << ranks << " ranks, " << windows << " windows";
    EXPECT_EQ(made.ranks_a_window, each) << ranks << " ranks, " << windows << " windows";
  };
  check(1, 4, 0, 1, 1);
  check(4, 4, 0, 4, 1);
  check(4, 2, 0, 2, 2);
  check(4, 1, 0, 1, 4);
  check(6, 4, 0, 2, 3);
  check(3, 4, 0, 1, 3);
  check(6, 1, 2, 3, 2);
  settings.ranks_a_window = 4;
  EXPECT_THROW(grouping(6, settings), core::Error);
  settings.ranks_a_window = -1;
  EXPECT_THROW(grouping(6, settings), core::Error);
}

struct Grouped {
  int ranks = 1, ranks_a_window = 0;
  std::int64_t batch = 3, steps = 50, cancel_at = 0;
};

// The losses, the same on every rank.
std::vector<double> losses(const Grouped& run, const std::filesystem::path& folder) {
  std::vector<std::vector<double>> each(std::size_t(run.ranks));
  Settings settings = test::settings(run.steps);
  settings.batch = run.batch;
  settings.ranks_a_window = run.ranks_a_window;
  try {
    parallel::run_on_threads(run.ranks, [&](Collective& self) {
      core::Job job;
      const auto report = [&](const Step& step) {
        each[std::size_t(self.rank())].push_back(step.loss);
        if (step.step == run.cancel_at) job.cancel();
      };
      train(self, tiny(), settings, {counting(2000)}, {counting(100)}, folder, report, job);
    });
  } catch (const core::Cancelled&) {
  }
  for (const auto& mine : each) EXPECT_EQ(mine, each[0]);
  return each[0];
}

TEST_F(Ranks, FiftyStepsOfAnyGridAreThoseOfOneRank) {
  const corpuscope::test::TemporaryFolder folder;
  const auto one = losses({}, folder / "one");
  ASSERT_EQ(one.size(), 50u);
  int number = 0;
  for (const auto& [ranks, each] : {std::pair(2, 1), {2, 2}, {3, 1}, {3, 3}, {4, 1}, {4, 2}, {4, 4}}) {
    const Grouped run{ranks, each};
    SCOPED_TRACE(testing::Message() << run.ranks << " ranks, " << run.ranks_a_window << " a window");
    const auto split = losses(run, folder / std::to_string(++number));
    ASSERT_EQ(split.size(), one.size());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(split[i], one[i], 1e-4) << "step " << i + 1;
  }
}

// Also where it goes on with another number of ranks.
TEST_F(Ranks, ACancelledTrainingGoesOnWithAllStepsItHasTaken) {
  const corpuscope::test::TemporaryFolder folder;
  const auto whole = losses({4, 2}, folder / "whole");
  EXPECT_EQ(losses({4, 2, 3, 50, 23}, folder / "cut").size(), 23u);
  const auto rest = losses({4, 2}, folder / "cut");
  ASSERT_EQ(rest.size(), 27u);
  for (std::size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i], whole[23 + i]);
  EXPECT_EQ(losses({4, 2, 3, 50, 23}, folder / "other").size(), 23u);
  const auto others = losses({1}, folder / "other");
  ASSERT_EQ(others.size(), 27u);
  for (std::size_t i = 0; i < others.size(); ++i) EXPECT_NEAR(others[i], whole[23 + i], 1e-4);
}

}  // namespace
}  // namespace corpuscope::training
