#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/error.h"
#include "support.h"
#include "training/checkpoint.h"
#include "training/evaluate.h"
#include "training/ngram.h"
#include "training/tiny.h"

namespace corpuscope::training {
namespace {

using test::counting, test::settings, test::tiny;

TEST(Schedule, WarmsUpThenFalls) {
  const Schedule schedule{1, 100, 10, 0.1};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 10), 1);
  EXPECT_NEAR(learning_rate(schedule, 55), 0.55, 1e-12);
  EXPECT_NEAR(learning_rate(schedule, 100), 0.1, 1e-12);
  for (std::int64_t step = 11; step <= 100; ++step)
    EXPECT_LT(learning_rate(schedule, step), learning_rate(schedule, step - 1));
}

TEST(Batches, DependOnSeedAndNumberAloneAndKeepTheShares) {
  Texts rare = counting(1000), often = counting(1000);
  for (auto& token : often.tokens) token = 22;
  often.share = 3;
  const Batches batches({rare, often}, 10, 7), again({rare, often}, 10, 7), other({rare, often}, 10, 8);
  int from_often = 0, different = 0;
  for (std::int64_t k = 0; k < 2000; ++k) {
    const auto window = batches.window(k), same = again.window(k), else_where = other.window(k);
    ASSERT_EQ(window.size(), 10u);
    EXPECT_TRUE(std::equal(window.begin(), window.end(), same.begin()));
    different += !std::equal(window.begin(), window.end(), else_where.begin());
    from_often += window[0] == 22 && window[1] == 22;
  }
  EXPECT_NEAR(from_often / 2000., 0.75, 0.04);
  EXPECT_GT(different, 500);
  EXPECT_THROW(Batches({counting(5)}, 10, 1), core::Error);
  EXPECT_THROW(Batches({}, 10, 1), core::Error);
}

class Trainer : public testing::TestWithParam<Optimizer> {
 protected:
  static Settings settings(std::int64_t steps) {
    Settings settings = test::settings(steps);
    settings.optimizer = GetParam();
    return settings;
  }
};

TEST_P(Trainer, LearnsWhatCanBeLearnt) {
  const corpuscope::test::TemporaryFolder folder;
  core::Job job;
  std::vector<double> losses;
  train(
      *parallel::alone(), tiny(), settings(120), {counting(2000)}, {counting(500)}, folder / "m",
      [&](const Step& step) { losses.push_back(step.loss); }, job);
  ASSERT_EQ(losses.size(), 120u);
  EXPECT_NEAR(losses.front(), std::log(23), 0.3);
  EXPECT_LT(losses.back(), 0.3);
  const model::Decoder trained = model::Decoder::load(folder / "m");
  const auto text = counting(400);
  EXPECT_LT(evaluate(trained, text.tokens, text.bytes, 64, job).bits_per_byte, 0.7);
}

TEST_P(Trainer, ResumedEqualsUndisturbed) {
  const corpuscope::test::TemporaryFolder folder;
  const auto run = [&](const std::string& name, std::int64_t cancel_at) {
    std::vector<double> losses;
    core::Job job;
    try {
      train(
          *parallel::alone(), tiny(), settings(40), {counting(2000)}, {}, folder / name,
          [&](const Step& step) {
            losses.push_back(step.loss);
            if (step.step == cancel_at) job.cancel();
          },
          job);
    } catch (const core::Cancelled&) {
    }
    return losses;
  };
  const auto whole = run("whole", 0);
  EXPECT_EQ(run("cut", 25).size(), 25u);
  const auto rest = run("cut", 0);
  ASSERT_EQ(rest.size(), 15u);
  for (std::size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i], whole[25 + i]);
  EXPECT_TRUE(corpuscope::test::read_file(folder / "cut/model.safetensors") ==
              corpuscope::test::read_file(folder / "whole/model.safetensors"));
  std::ifstream log(folder / "cut/log.csv");
  std::int64_t lines = 0;
  for (std::string line; std::getline(log, line);) ++lines;
  EXPECT_EQ(lines, 41);  // the heading, and each step once
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Trainer, testing::Values(Optimizer::adamw, Optimizer::muon),
                         [](const auto& test) { return test.param == Optimizer::muon ? "muon" : "adamw"; });

TEST(Checkpoint, DamagedOrOfAnotherModelIsAnError) {
  const corpuscope::test::TemporaryFolder folder;
  core::Job job;
  train(*parallel::alone(), tiny(), settings(10), {counting(500)}, {}, folder / "m", {}, job);
  const auto file = folder / "m/checkpoint.safetensors";
  model::Config wider = tiny();
  wider.ffn_size = 64;
  EXPECT_EQ(load(file, tiny())->step, 10);
  EXPECT_THROW(load(file, wider), core::Error);
  const std::string bytes = corpuscope::test::read_file(file);
  for (std::size_t size : {std::size_t(0), std::size_t(7), bytes.size() / 3, bytes.size() - 1}) {
    corpuscope::test::write_file(file, bytes.substr(0, size));
    EXPECT_THROW(load(file, tiny()), core::Error) << size;
  }
  EXPECT_FALSE(load(folder / "nowhere.safetensors", tiny()).has_value());
}

TEST(Evaluate, EqualsTheSurprisalOfTheWindows) {
  const model::Decoder decoder(tiny(), model::initial_weights(tiny(), 3));
  const auto text = counting(150);
  core::Job job;
  const Evaluation result = evaluate(decoder, text.tokens, 300, 64, job);
  double bits = 0, behind = 0;
  model::Decoder reading = decoder;
  reading.set_pattern(pattern::extended(tiny().attention, 64));
  std::int64_t count = 0;
  for (std::size_t at = 0; at < 150; at += 64) {
    const auto window = std::span(text.tokens).subspan(at, std::min<std::size_t>(64, 150 - at));
    const auto each = reading.surprisal(window);
    for (std::size_t i = 0; i < each.size(); ++i) {
      bits += each[i];
      if (i >= 16) {  // the base segment is 16: all behind the first border lie within 16 tokens of one
        behind += each[i];
        ++count;
      }
    }
  }
  EXPECT_NEAR(result.bits, bits, 1e-4 * bits);
  EXPECT_NEAR(result.bits_per_byte, bits / 300, 1e-4);
  EXPECT_NEAR(result.border_loss, behind / double(count) - bits / 150, 1e-3);
}

TEST(Ngram, LearnsRepetitionAndIsAProbability) {
  Ngram ngram(16);
  const std::string text = "the cat sat on the mat and the cat sat on the mat and ";
  EXPECT_LE(ngram.bits("x"), 8.01);
  for (int i = 0; i < 50; ++i) ngram.learn(text);
  EXPECT_LT(ngram.bits(text) / double(text.size()), 0.5);
  // What it gives to all bytes after one history adds up to one: no byte can be had for free.
  EXPECT_GT(Ngram(16).bits(std::string(1, '\0')), 7.9);
}

}  // namespace
}  // namespace corpuscope::training
