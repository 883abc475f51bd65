// A reading by several ranks leaves in the workspace what one rank leaves there, and any number of them goes on with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <tuple>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/read_device.h"
#include "model/gpu.h"
#include "parallel/collective.h"
#include "processor_streaming.h"
#include "read_support.h"

namespace corpuscope::explore {
namespace {

constexpr std::int64_t length = 3001;
constexpr ReadSteps steps{64, 256};

class ReadOnRanks : public testing::Test {
 protected:
  ReadOnRanks() {
    core::set_threads(1);
    write_model(settings.model, tiny_config());
  }
  ~ReadOnRanks() override { core::set_threads(0); }

  std::filesystem::path corpus(const std::string& name) {
    write_corpus(folder / name, length);
    return folder / name;
  }

  // Cancelled behind so many tokens; 0: never.
  std::int64_t read(int ranks, const std::filesystem::path& file, std::int64_t cancel_at = 0) {
    std::int64_t run = 0;
    parallel::run_on_threads(ranks, [&](parallel::Collective& self) {
      core::Job job([&](const core::Progress&) { EXPECT_EQ(self.rank(), 0) << "the first alone has progress"; });
      // Asks often: what a job reports comes too seldom for so short a reading.
      std::jthread watch([&](std::stop_token end) {
        while (cancel_at > 0 && self.rank() == 0 && !end.stop_requested() && !job.cancelled()) {
          if (job.progress().done >= cancel_at) job.cancel();
          std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
      });
      const std::int64_t id = read_corpus(self, file, settings, steps, job);
      if (self.rank() == 0) run = id;
    });
    return run;
  }

  test::TemporaryFolder folder;
  ReadSettings settings{folder / "tiny", workspace::Detail::full};
};

// Numbers differ by their rounding, and that by a unit of what the workspace keeps of them.
void expect_near(const std::vector<float>& got, const std::vector<float>& expected, double relative) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], expected[i], relative * (1e-3 + std::abs(expected[i]))) << i;
}

void expect_same_tiles(const workspace::Workspace& a, const workspace::Workspace& b, const workspace::Run& run) {
  std::size_t seen = 0;
  for (int layer = 0; layer < run.layers; ++layer)
    for (int head = -1; head < run.heads; ++head)
      for (int level = 0; level < run.levels; ++level) {
        const auto got = a.tiles(run.id, layer, head, level, 0, length);
        const auto expected = b.tiles(run.id, layer, head, level, 0, length);
        ASSERT_EQ(got.size(), expected.size());
        for (std::size_t i = 0; i < got.size(); ++i, ++seen) {
          ASSERT_EQ(std::tuple(got[i].first, got[i].length, got[i].size),
                    std::tuple(expected[i].first, expected[i].length, expected[i].size));
          const float largest = *std::ranges::max_element(expected[i].weights);
          for (std::size_t j = 0; j < got[i].weights.size(); ++j)
            ASSERT_NEAR(got[i].weights[j], expected[i].weights[j], 0.065 * expected[i].weights[j] + 1e-3 * largest);
        }
      }
  EXPECT_GT(seen, 100u);
}

void expect_same_edges(const workspace::Workspace& a, const workspace::Workspace& b, const workspace::Run& run) {
  std::size_t seen = 0, others = 0;
  for (int layer = 0; layer < run.layers; ++layer)
    for (std::int64_t query = 0; query < length; ++query) {
      const auto got = a.edges_into(run.id, layer, query), expected = b.edges_into(run.id, layer, query);
      ASSERT_EQ(got.size(), expected.size());
      std::set<std::tuple<int, int, std::int64_t>> known;
      for (const auto& edge : expected) known.emplace(edge.head, edge.level, edge.key);
      for (std::size_t i = 0; i < got.size(); ++i, ++seen) {
        ASSERT_NEAR(got[i].weight, expected[i].weight, 2e-3);
        others += !known.contains({got[i].head, got[i].level, got[i].key});
      }
    }
  EXPECT_GT(seen, 10'000u);
  EXPECT_LE(double(others), 1e-3 * double(seen)) << "the least of the strongest may change places with its equal";
}

void expect_same(const std::filesystem::path& file, const std::filesystem::path& other, std::int64_t id) {
  const auto a = workspace::Workspace::open(file), b = workspace::Workspace::open(other);
  const auto run = a.run(id).value();
  EXPECT_TRUE(run.complete());
  EXPECT_EQ(a.runs().size(), 1u);
  expect_near(a.surprisal(id, 0, length), b.surprisal(id, 0, length), 2e-3);
  for (int layer = 0; layer < run.layers; ++layer)
    expect_near(a.received(id, layer, 0, length), b.received(id, layer, 0, length), 4e-3);
  expect_same_tiles(a, b, run);
  expect_same_edges(a, b, run);
}

TEST_F(ReadOnRanks, LeavesWhatOneRankLeaves) {
  const auto one = corpus("one");
  const std::int64_t run = read(1, one);
  core::Job job;
  const auto plain = corpus("plain");
  read_corpus(plain, settings, steps, job);
  EXPECT_EQ(stored_results(one), stored_results(plain));
  for (const int ranks : {2, 3, 7}) {  // 7: more than heads
    SCOPED_TRACE(ranks);
    const auto several = corpus(std::to_string(ranks));
    EXPECT_EQ(read(ranks, several), run);
    expect_same(several, one, run);
    EXPECT_EQ(read(1, several), run) << "finished, for one rank too";
  }
}

TEST_F(ReadOnRanks, AnyNumberOfThemGoesOn) {
  const auto one = corpus("one"), other = corpus("other");
  const std::int64_t run = read(1, one);
  const std::pair<int, std::int64_t> parts[] = {{3, 1}, {3, 300}, {1, 900}, {2, 1500}, {5, 2200}};
  for (const auto& [ranks, cancel_at] : parts) {
    EXPECT_THROW(read(ranks, other, cancel_at), core::Cancelled);
    EXPECT_GE(workspace::Workspace::open(other).runs().at(0).done, cancel_at == 1 ? 0 : cancel_at);
  }
  EXPECT_EQ(read(1, other), run);
  expect_same(other, one, run);
}

TEST_F(ReadOnRanks, TheSameRanksGoOnToTheBit) {
  const auto straight = corpus("straight"), halting = corpus("halting");
  read(2, straight);
  EXPECT_THROW(read(2, halting, 1000), core::Cancelled);
  read(2, halting);
  EXPECT_EQ(stored_results(straight), stored_results(halting));
}

TEST_F(ReadOnRanks, ARankWithAnotherModelEndsAllAndNothingIsLost) {
  write_model(folder / "other" / "tiny", tiny_config(), 2);
  const auto file = corpus("a");
  EXPECT_THROW(read(2, file, 1000), core::Cancelled);
  const std::int64_t done = workspace::Workspace::open(file).runs().at(0).done;
  try {
    parallel::run_on_threads(3, [&](parallel::Collective& self) {
      ReadSettings own = settings;
      if (self.rank() == 2) own.model = folder / "other" / "tiny";
      core::Job job;
      read_corpus(self, file, own, steps, job);
    });
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_NE(std::string(error.what()).find("tiny"), std::string::npos) << error.what();
    EXPECT_NE(error.remedy().find("same model"), std::string::npos) << error.remedy();
  }
  EXPECT_EQ(workspace::Workspace::open(file).runs().at(0).done, done);
  const auto one = corpus("one");
  expect_same(file, one, std::max(read(3, file), read(1, one)));
}

TEST_F(ReadOnRanks, ThePlanIsThatOfAll) {
  const auto file = corpus("a");
  parallel::run_on_threads(3, [&](parallel::Collective& self) {
    const ReadPlan plan = plan_read(self, file, settings);
    EXPECT_EQ(plan.tokens, self.rank() == 0 ? length : 0);
    EXPECT_EQ(plan.seconds > 0, self.rank() == 0);
    EXPECT_EQ(plan_read(self, file, settings).tokens, plan.tokens) << "known already";
  });
  EXPECT_THROW(parallel::run_on_threads(2, [&](parallel::Collective& self) {
                 plan_read(self, folder / "missing", settings);
               }),
               core::Error);
}

// Remembers which rank read on which GPU, and reads on the processor.
class ProcessorBackend : public model::GpuBackend {
 public:
  std::unique_ptr<model::Streaming> streaming(const model::Decoder& decoder, int gpu,
                                              const std::optional<model::SumsWanted>& wanted,
                                              parallel::Collective* ranks) override {
    EXPECT_TRUE(wanted.has_value());
    const std::lock_guard lock(mutex_);
    used.emplace(ranks->rank(), gpu);
    return std::make_unique<test::ProcessorStreaming>(decoder, ranks);
  }
  std::unique_ptr<model::Learner> learner(const model::Config&, const model::Tensors&, int, std::int64_t,
                                          const model::LearnerRanks&) override {
    return nullptr;
  }
  std::set<std::pair<int, int>> used;  // rank, GPU

 private:
  std::mutex mutex_;
};

// What several GPUs of one process are: the numbers of real ones are tested in tests/gpu/reading.cpp.
TEST_F(ReadOnRanks, EachRankReadsOnItsOwnGpu) {
  const auto one = corpus("one"), gpus = corpus("gpus");
  const std::int64_t run = read(1, one);
  ProcessorBackend backend;
  model::use_gpu_backend(&backend);
  std::int64_t made = 0;
  parallel::run_on_threads(3, [&](parallel::Collective& self) {
    core::Job job;
    const std::int64_t id = read_on(self, gpus, settings, {4 + self.rank(), "three GPUs", false}, steps, job);
    if (self.rank() == 0) made = id;
  });
  model::use_gpu_backend(nullptr);
  EXPECT_EQ(backend.used, (std::set<std::pair<int, int>>{{0, 4}, {1, 5}, {2, 6}}));
  EXPECT_EQ(made, run);
  expect_same(gpus, one, run);
}

TEST_F(ReadOnRanks, GpusThatAreNotThereAreRefusedByAll) {
  settings.device = "gpus";
  const auto file = corpus("a");
  EXPECT_THROW(read(2, file), core::Error);
  EXPECT_THROW(read(1, file), core::Error);
}

}  // namespace
}  // namespace corpuscope::explore
