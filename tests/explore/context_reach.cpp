#include "explore/context_reach.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/other_text.h"
#include "read_support.h"

namespace corpuscope::explore {
namespace {

using Octave = ContextReach::Octave;

constexpr int words = 48, words_of_a_document = 6;
constexpr std::int64_t segment = 256;

// A model of one layer that expects what it sees: it attends to all that is visible alike, and a word is the more
// probable the oftener it stands there. What is visible are segments of 256 tokens alone (at the other level each
// token takes part by itself): so what lies in front of a border has no way to what lies behind it.
model::Config counting_config() {
  model::Config config;
  config.vocab_size = config.hidden_size = config.head_dim = words;
  config.layers = config.heads = config.kv_heads = 1;
  config.ffn_size = 8;
  config.position = model::Position::none;
  config.attention = {{{segment, 1}, {1 << 20, 1 << 20}}, pattern::OffsetRule::modulo, false, true};
  return config;
}

void write_counting_model(const std::filesystem::path& folder) {
  const model::Config config = counting_config();
  model::Tensors weights = model::initial_weights(config, 1);
  for (auto& [name, tensor] : weights) {
    const bool norm = name.find("norm") != std::string::npos;
    std::ranges::fill(tensor.data, norm ? 1.0f : 0.0f);
    const bool one_to_one = name.find("embed_tokens") != std::string::npos || name.find("v_proj") != std::string::npos ||
                            name.find("o_proj") != std::string::npos;
    for (int i = 0; one_to_one && i < words; ++i) tensor.data[std::size_t(i * words + i)] = name.find("o_proj") != std::string::npos ? 3.0f : 1.0f;
  }
  test::write_file(folder / "config.json", model::to_json(config));
  model::write_safetensors(folder / "model.safetensors", weights);
}

// Every document speaks of a few words of its own.
void write_topics(const std::filesystem::path& file, int documents) {
  auto workspace = workspace::Workspace::open(file, true);
  auto& writer = workspace.writer();
  workspace::Transaction transaction(writer);
  writer.set_tokenizer("a tokenizer");
  std::mt19937 random(3);
  for (int i = 0; i < documents; ++i) {
    std::vector<std::int32_t> topic, own(1023);
    for (int w = 0; w < words_of_a_document; ++w) topic.push_back(std::int32_t(1 + random() % (words - 1)));
    for (auto& token : own) token = topic[random() % topic.size()];
    workspace::Document document;
    document.name = std::to_string(1000 + i) + ".txt";
    document.hash = "1";
    writer.put_tokens(writer.put_document(document, "text"), own);
  }
  writer.set_text_complete(true);
  writer.finish_sequence(0);
  transaction.commit();
}

class ContextReachTest : public testing::Test {
 protected:
  ContextReachTest() { core::set_threads(1); }
  ~ContextReachTest() override { core::set_threads(0); }

  void read() {
    ReadSettings settings;
    settings.model = folder / "counting";
    core::Job job;
    read_corpus(file, settings, job);
  }

  test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "w.corpuscope";
};

TEST_F(ContextReachTest, EndsWhereThePatternEnds) {
  write_counting_model(folder / "counting");
  write_topics(file, 40);
  read();
  core::Job job;
  const ContextReach reach = measure_reach(file, 1, folder / "counting", {30, 1024, 1024}, job);
  ASSERT_EQ(reach.octaves.size(), 7u);  // up to 16, then 32, 64, 128, 256, 512, 1024
  for (const Octave& octave : reach.octaves) {
    if (octave.end <= 128) {
      EXPECT_GT(octave.saved, 3 * octave.error) << octave.first;
      EXPECT_GT(octave.saved, 0.05) << octave.first;
    }
    // From 256 on the token and all that it sees are the window's: exactly nothing.
    if (octave.first >= segment) {
      EXPECT_EQ(octave.saved, 0) << octave.first;
      EXPECT_EQ(octave.error, 0) << octave.first;
    }
  }
  const UsedContext used = used_context(reach);
  EXPECT_FALSE(used.at_least);
  EXPECT_GT(used.tokens, 96);
  EXPECT_LE(used.tokens, 1.5 * segment);  // the straight line to the middle of the octave behind
  EXPECT_LE(used.least, used.tokens);
  EXPECT_GE(used.most, used.tokens);

  // The same numbers again, and they are kept.
  core::Job again;
  EXPECT_EQ(measure_reach(file, 1, folder / "counting", {30, 1024, 1024}, again).octaves, reach.octaves);
  const auto kept = workspace::Workspace::open(file).context_reach(1);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->octaves, reach.octaves);
}

// One window, by the definition: the whole sequence with the tokens before the window replaced. What lies before those
// is in other segments than the window, so that nobody sees it.
TEST_F(ContextReachTest, EqualsReadingTheWholeSequenceWithOtherTextBeforeTheWindow) {
  write_counting_model(folder / "counting");
  write_topics(file, 8);
  read();
  core::Job job;
  const ReachPlan plan{1, 512, 2048};
  const ContextReach reach = measure_reach(file, 1, folder / "counting", plan, job);
  auto workspace = workspace::Workspace::open(file);
  const auto run = *workspace.run(1);
  auto decoder = model::Decoder::load(folder / "counting");
  const auto config = model::parse_config(run.config);
  decoder.set_pattern(config.attention);
  const auto sequence = workspace.tokens(0, run.tokens);

  // The places are drawn as there.
  constexpr std::uint64_t seed = 20230705;
  const std::int64_t window = std::int64_t(std::mt19937_64(seed)() % std::uint64_t(run.tokens - plan.window + 1));
  const std::int64_t chunk = read_steps(config, inspection_settings(config, run.detail, run.tokens)).chunk;
  const std::int64_t begin = std::max<std::int64_t>(0, window - plan.other) / chunk * chunk;
  ASSERT_GT(window % segment, 16);  // else nothing would be measured
  auto tokens = sequence;
  const auto text = OtherText(workspace, run.tokens, seed).draw(window - begin, {begin, window + plan.window - begin});
  std::ranges::copy(text, tokens.begin() + begin);
  const auto behind = decoder.surprisal(tokens), in_the_run = decoder.surprisal(sequence);
  for (const Octave& octave : reach.octaves) {
    double sum = 0;
    for (std::int64_t d = octave.first; d < octave.end; ++d)
      sum += double(behind[std::size_t(window + d)]) - double(in_the_run[std::size_t(window + d)]);
    EXPECT_NEAR(octave.saved, sum / double(octave.end - octave.first), 2e-3) << octave.first;
  }
  EXPECT_GT(reach.octaves.front().saved, 0.1);
}

TEST_F(ContextReachTest, NeedsEnoughTextAndTheRunsModel) {
  write_counting_model(folder / "counting");
  write_topics(file, 1);
  read();
  core::Job job;
  EXPECT_THROW(measure_reach(file, 1, folder / "counting", {2, 1024, 10}, job), core::Error);
  EXPECT_THROW(measure_reach(file, 7, folder / "counting", job), core::Error);
  EXPECT_THROW(measure_reach(file, 1, folder / "elsewhere", job), core::Error);
  job.cancel();
  EXPECT_THROW(measure_reach(file, 1, folder / "counting", job), core::Cancelled);
  EXPECT_FALSE(workspace::Workspace::open(file).context_reach(1));
  core::Job fresh;
  const auto reach = measure_reach(file, 1, folder / "counting", fresh);
  EXPECT_EQ(reach.windows, 12);
  EXPECT_EQ(reach.octaves.back().end, 64);
}

TEST(ReachPlan, CostsATenthOfTheReadingOrSomeSeconds) {
  EXPECT_EQ(plan_reach(100).windows, 0);
  EXPECT_EQ(plan_reach(0).windows, 0);
  for (std::int64_t tokens = 1000; tokens < 1'000'000'000; tokens = tokens * 3 / 2) {
    const ReachPlan plan = plan_reach(tokens);
    ASSERT_EQ(plan.windows, 12) << tokens;
    EXPECT_LE(plan.tokens(), std::max<std::int64_t>(tokens / 10, 32768)) << tokens;
    EXPECT_LE(plan.windows * plan.window, tokens);
    EXPECT_LE(plan.other, tokens / 2);
  }
  EXPECT_EQ(plan_reach(1'000'000'000).window, 32768);
  EXPECT_EQ(plan_reach(1'000'000).window, 4096);
}

ContextReach made_of(std::vector<Octave> octaves) { return {1, 12, octaves.back().end, 0, 0, std::move(octaves)}; }

TEST(UsedContext, EndsWhereTheSavingFallsBelowAHundredth) {
  const UsedContext used = used_context(made_of({{0, 16, 1, 0}, {16, 32, 0.5, 0}, {32, 64, 0.02, 0}, {64, 128, 0, 0}}));
  // Halfway by the logarithm, between the middles 45.25 and 90.5.
  EXPECT_NEAR(used.tokens, std::sqrt(32.0 * 64) * std::sqrt(2.0), 1e-6);
  EXPECT_EQ(used.least, used.tokens);
  EXPECT_EQ(used.most, used.tokens);
  EXPECT_FALSE(used.at_least);
}

TEST(UsedContext, CountsNothingThatMayBeChance) {
  const UsedContext used = used_context(made_of({{0, 16, 1, 0.1}, {16, 32, 0.05, 0.03}, {32, 64, -0.2, 0.001}}));
  EXPECT_LE(used.tokens, std::sqrt(16.0 * 32));
  EXPECT_GT(used.most, used.tokens);
  EXPECT_EQ(used_context(made_of({{0, 16, 0.005, 0}, {16, 32, -1, 0}})).tokens, 0);
  EXPECT_EQ(used_context(ContextReach{}).tokens, 0);
  const UsedContext all = used_context(made_of({{0, 16, 1, 0.01}, {16, 32, 0.5, 0.01}}));
  EXPECT_TRUE(all.at_least);
  EXPECT_EQ(all.tokens, 32);
}

}  // namespace
}  // namespace corpuscope::explore
