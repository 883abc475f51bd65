#include "explore/read.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <thread>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/read_setup.h"
#include "read_support.h"

namespace corpuscope::explore {
namespace {

constexpr std::int64_t length = 5003;
constexpr ReadSteps small_steps{64, 256};

class Read : public testing::Test {
 protected:
  Read() {
    core::set_threads(1);  // more do not help a model this small, and wait for each other where others work too
    write_model(settings.model, tiny_config());
    write_corpus(file, length);
  }

  std::int64_t read(core::Job& job, ReadSteps steps = small_steps) { return read_corpus(file, settings, steps, job); }
  std::int64_t read(ReadSteps steps = small_steps) {
    core::Job job;
    return read(job, steps);
  }

  ~Read() override { core::set_threads(0); }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder / "a.corpuscope";
  ReadSettings settings{folder / "tiny", workspace::Detail::full};
};

TEST_F(Read, SurprisalIsTheDecoders) {
  const std::int64_t run = read();
  const auto workspace = workspace::Workspace::open(file);
  auto decoder = model::Decoder::load(settings.model);
  decoder.set_pattern(pattern::extended(decoder.config().attention, length));
  const auto expected = decoder.surprisal(workspace.tokens(0, length));
  const auto got = workspace.surprisal(run, 0, length);
  ASSERT_EQ(got.size(), std::size_t(length));
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 2e-3 * (1 + expected[i])) << i;
}

// What one chunk over everything finds, unstored.
struct Direct {
  std::vector<std::vector<double>> received;
  Findings findings;
};

Direct read_directly(const ReadSettings& settings, const std::vector<std::int32_t>& tokens) {
  auto decoder = model::Decoder::load(settings.model);
  decoder.set_pattern(pattern::extended(decoder.config().attention, length));
  Inspection inspection(inspection_settings(decoder.config(), settings.detail, length));
  model::Reader reader(decoder);
  std::vector<float> bits(tokens.size());
  inspection.begin(0, length);
  reader.append(tokens, bits.data(), &inspection);
  Direct direct{{}, inspection.end()};
  direct.received.assign(std::size_t(decoder.config().layers), std::vector<double>(tokens.size(), 0));
  for (const Received& part : direct.findings.received)
    for (std::size_t i = 0; i < part.weights.size(); ++i)
      direct.received[std::size_t(part.layer)].at(std::size_t(part.first + std::int64_t(i) * part.step)) +=
          part.weights[i];
  return direct;
}

TEST_F(Read, KeepsWhatOneChunkOverEverythingFinds) {
  const std::int64_t run = read();
  const auto workspace = workspace::Workspace::open(file);
  const Direct direct = read_directly(settings, workspace.tokens(0, length));
  for (int layer = 0; layer < 2; ++layer) {
    const auto got = workspace.received(run, layer, 0, length);
    const auto& expected = direct.received[std::size_t(layer)];
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 2e-3 * (1 + expected[i])) << i;
    // Every token gives away one whole of attention.
    EXPECT_NEAR(std::accumulate(got.begin(), got.end(), 0.0), double(length), 2e-3 * double(length));
  }
  for (const workspace::Tile& expected : direct.findings.tiles) {
    bool found = false;
    for (const workspace::Tile& got :
         workspace.tiles(run, expected.layer, expected.head, expected.level, expected.first, 1)) {
      if (got.first != expected.first || got.length != expected.length) continue;
      found = true;
      ASSERT_EQ(got.weights.size(), expected.weights.size());
      const float largest = *std::ranges::max_element(expected.weights);
      for (std::size_t i = 0; i < got.weights.size(); ++i)
        ASSERT_NEAR(got.weights[i], expected.weights[i], 0.03 * expected.weights[i] + 1e-3 * largest);
    }
    ASSERT_TRUE(found) << expected.head << " " << expected.level << " " << expected.first;
  }
}

TEST_F(Read, KeepsTheStrongestEdges) {
  const std::int64_t run = read();
  const auto workspace = workspace::Workspace::open(file);
  const Direct direct = read_directly(settings, workspace.tokens(0, length));
  std::map<std::pair<int, std::int64_t>, std::vector<workspace::Edge>> expected;
  for (const workspace::Edge& edge : direct.findings.edges) expected[{edge.layer, edge.query}].push_back(edge);
  for (int layer = 0; layer < 2; ++layer)
    for (std::int64_t query = 0; query < length; query += 7) {
      const auto got = workspace.edges_into(run, layer, query);
      const auto& wanted = expected[{layer, query}];
      ASSERT_EQ(got.size(), wanted.size());
      for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i].weight, wanted[i].weight, 2e-3);
    }
}

TEST_F(Read, ChunksAndCheckpointsLeaveNoTrace) {
  read({64, 256});
  write_corpus(folder / "c.corpuscope", length);
  core::Job job;
  read_corpus(folder / "c.corpuscope", settings, ReadSteps{64, 1024}, job);
  EXPECT_EQ(stored_results(file), stored_results(folder / "c.corpuscope"));
}

TEST_F(Read, GoesOnAfterACancelWithTheSameResult) {
  const std::int64_t undisturbed = read();
  const std::string expected = stored_results(file);

  write_corpus(folder / "b.corpuscope", length);
  for (const std::int64_t at : {1, 700, 701, 2500, 4990}) {
    core::Job* watched = nullptr;
    core::Job job([&](const core::Progress& progress) {
      if (progress.done >= at) watched->cancel();
    });
    watched = &job;
    try {
      read_corpus(folder / "b.corpuscope", settings, small_steps, job);
    } catch (const core::Cancelled&) {
    }
  }
  auto workspace = workspace::Workspace::open(folder / "b.corpuscope");
  ASSERT_EQ(workspace.runs().size(), 1u);
  core::Job job;
  EXPECT_EQ(read_corpus(folder / "b.corpuscope", settings, small_steps, job), undisturbed);
  EXPECT_EQ(stored_results(folder / "b.corpuscope"), expected);
}

TEST_F(Read, CancelKeepsAllThatWasRead) {
  core::Job job;
  job.begin("", "", 1);
  std::thread canceller([&] { job.cancel(); });
  canceller.join();
  EXPECT_THROW(read(job), core::Cancelled);  // at once, and a run is there to go on with
  core::Job* watched = nullptr;
  core::Job second([&](const core::Progress& progress) {
    if (progress.done >= 64) watched->cancel();
  });
  watched = &second;
  EXPECT_THROW(read(second), core::Cancelled);
  const auto workspace = workspace::Workspace::open(file);
  ASSERT_EQ(workspace.runs().size(), 1u);
  EXPECT_GE(workspace.runs()[0].done, 64);
  EXPECT_EQ(workspace.runs()[0].done % small_steps.chunk, 0);
  EXPECT_EQ(workspace.surprisal(workspace.runs()[0].id, 0, length).size(), std::size_t(workspace.runs()[0].done));
}

TEST_F(Read, WaitsWhilePaused) {
  core::Job job;
  job.pause();
  std::thread reader([&] {
    core::set_threads(1);
    read(job);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(job.progress().done, 0);
  job.resume();
  reader.join();
  EXPECT_EQ(job.progress().done, length);
}

TEST_F(Read, AFinishedRunIsNotReadAgain) {
  const std::int64_t first = read();
  EXPECT_EQ(read(), first);
  EXPECT_EQ(plan_read(file, settings).tokens, 0);
  settings.detail = workspace::Detail::light;
  EXPECT_NE(read(), first);
  write_model(settings.model, tiny_config(), 2);  // the same name and shape, other weights
  EXPECT_EQ(plan_read(file, settings).tokens, length);
}

TEST_F(Read, InBf16ItIsAnotherRunWithNearlyTheSameNumbers) {
  const std::int64_t exact = read();
  settings.bf16 = true;
  const std::int64_t rounded = read();
  EXPECT_NE(rounded, exact);
  EXPECT_EQ(read(), rounded);
  settings.run = exact;
  EXPECT_THROW(read(), core::Error);

  const auto workspace = workspace::Workspace::open(file);
  const auto theirs = workspace.surprisal(exact, 0, length), ours = workspace.surprisal(rounded, 0, length);
  double difference = 0, sum = 0;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    difference += std::abs(ours[i] - theirs[i]);
    sum += theirs[i];
  }
  EXPECT_LT(difference, 1e-2 * sum);
  EXPECT_GT(difference, 0);
  const auto received = workspace.received(rounded, 0, 0, length);
  EXPECT_NEAR(std::accumulate(received.begin(), received.end(), 0.0), double(length), 1e-2 * double(length));
}

TEST_F(Read, ARunOfAnotherModelIsNotGoneOnWith) {
  settings.run = read();
  write_model(settings.model, tiny_config(), 2);
  EXPECT_THROW(read(), core::Error);
  settings.run = 77;
  EXPECT_THROW(read(), core::Error);
}

TEST_F(Read, AChangedCorpusIsReadAnew) {
  const std::int64_t old = read();
  write_corpus(file, length, 2);
  EXPECT_FALSE(workspace::Workspace::open(file).run(old));
  settings.run = old;
  EXPECT_THROW(read(), core::Error);
  settings.run = 0;
  EXPECT_NE(read(), old);
}

TEST_F(Read, StopsWhereTheCorpusChangesMeanwhile) {
  bool changed = false;
  core::Job job([&](const core::Progress& progress) {
    if (progress.done < 64 || changed) return;
    changed = true;
    write_corpus(file, length, 2);
  });
  EXPECT_THROW(read(job), core::Error);
  EXPECT_TRUE(changed);
  read();
}

TEST_F(Read, RefusesWhatIsNotTokenizedOrEmpty) {
  core::Job job;
  workspace::Workspace::open(folder / "none.corpuscope", true);
  EXPECT_THROW(read_corpus(folder / "none.corpuscope", settings, job), core::Error);
  {
    auto empty = workspace::Workspace::open(folder / "empty.corpuscope", true);
    empty.writer().finish_sequence(0);
  }
  EXPECT_THROW(read_corpus(folder / "empty.corpuscope", settings, job), core::Error);
  EXPECT_THROW(plan_read(folder / "empty.corpuscope", settings), core::Error);
  auto config = tiny_config();
  config.vocab_size = 30;
  write_model(folder / "small", config);
  settings.model = folder / "small";
  EXPECT_THROW(read(), core::Error);
}

TEST_F(Read, RefusesASizeAboveTheLimitBeforeItBegins) {
  settings.size_limit = 1000;
  try {
    read();
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_NE(std::string(error.what()).find("5003 tokens"), std::string::npos) << error.what();
    EXPECT_NE(error.remedy().find("light"), std::string::npos) << error.remedy();
  }
  EXPECT_TRUE(workspace::Workspace::open(file).runs().empty());
  settings.size_limit = plan_read(file, settings).bytes;
  read();
}

TEST_F(Read, ThePlanSaysWhatTheRunWillBe) {
  const ReadPlan plan = plan_read(file, settings);
  EXPECT_EQ(plan.tokens, length);
  EXPECT_EQ(plan.model, "tiny");
  EXPECT_GT(plan.seconds, 0);
  const auto config = model::parse_config(plan.config);
  EXPECT_GE(config.attention.levels.back().segment, length);
  EXPECT_EQ(config.attention.levels.back().segment / config.attention.levels.back().dilation, 32);
  const std::int64_t run = read();
  EXPECT_EQ(workspace::Workspace::open(file).run(run)->config, plan.config);
}

TEST_F(Read, OneAtATime) {
  bool refused = false;
  core::Job job([&](const core::Progress&) {
    if (refused) return;
    EXPECT_THROW(read(), core::Error);
    refused = true;
  });
  read(job);
  EXPECT_TRUE(refused);
}

TEST_F(Read, RefusesAModelOfAnotherTokenizer) {
  test::write_file(settings.model / "tokenizer.model", "another tokenizer");
  EXPECT_THROW(plan_read(file, settings), core::Error);
  test::write_file(settings.model / "tokenizer.model", "a tokenizer");
  read();
}

TEST_F(Read, AddedLevelsRememberNoMoreThanTheModelsOwn) {
  auto config = tiny_config();
  config.attention.levels = {{32, 1}, {128, 2}};  // 32 and 64 rows; the next would have 128
  write_model(settings.model, config);
  const auto levels = model::parse_config(plan_read(file, settings).config).attention.levels;
  EXPECT_EQ(levels[1], config.attention.levels[1]);
  EXPECT_GE(levels.back().segment, length);
  for (const pattern::Level& level : levels) EXPECT_LE((level.segment + level.dilation - 1) / level.dilation, 64);
  read();
}

TEST_F(Read, LongSegmentsReachBackOverAllThatIsStored) {
  auto config = tiny_config();
  config.layers = 1;
  config.hidden_size = 16;
  config.heads = config.kv_heads = 2;
  write_model(settings.model, config);
  settings.detail = workspace::Detail::light;
  constexpr std::int64_t many = 150000;  // several of the workspace's blocks
  std::vector<std::string> results;
  for (const std::int64_t checkpoint : {8192, 65536}) {
    const auto long_file = folder / (std::to_string(checkpoint) + ".corpuscope");
    write_corpus(long_file, many, 1, 50000);
    core::Job job;
    const std::int64_t run = read_corpus(long_file, settings, ReadSteps{2048, checkpoint}, job);
    results.push_back(stored_results(long_file));
    const auto workspace = workspace::Workspace::open(long_file);
    const auto received = workspace.received(run, 0, 0, many);
    EXPECT_NEAR(std::accumulate(received.begin(), received.end(), 0.0), double(many), 1e-3 * double(many));
    // At the top the even head has one segment over everything, the odd one two that meet at half of its length.
    std::map<std::int64_t, std::int64_t> spans;
    for (const auto& tile : workspace.tiles(run, 0, -1, workspace.run(run)->levels - 1, 0, many))
      EXPECT_TRUE(spans.insert({tile.length, tile.first}).second);
    const std::map<std::int64_t, std::int64_t> expected = {{many, 0}, {131072, 0}, {many - 131072, 131072}};
    EXPECT_EQ(spans, expected);
  }
  EXPECT_TRUE(results[0] == results[1]);
}

TEST_F(Read, SequencesOfEveryShortLength) {
  for (const std::int64_t tokens : {1, 2, 31, 32, 33, 64, 65, 127, 200}) {
    const auto short_file = folder / (std::to_string(tokens) + ".corpuscope");
    write_corpus(short_file, tokens);
    core::Job job;
    const std::int64_t run = read_corpus(short_file, settings, small_steps, job);
    const auto workspace = workspace::Workspace::open(short_file);
    EXPECT_TRUE(workspace.run(run)->complete());
    const auto received = workspace.received(run, 1, 0, tokens);
    EXPECT_NEAR(std::accumulate(received.begin(), received.end(), 0.0), double(tokens), 2e-3 * double(tokens));
  }
}

}  // namespace
}  // namespace corpuscope::explore
