#include "explore/echoes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/error.h"
#include "explore/corpus.h"
#include "explore/echo_candidates.h"
#include "explore/read.h"
#include "explore/reread.h"
#include "read_support.h"

namespace corpuscope::explore {
namespace {

std::string words(std::mt19937& random, int count) {
  static const char* const common[] = {"the", "river", "house", "evening", "light", "walked", "and", "over", "slow", "quiet", "garden", "stone"};
  std::string text;
  for (int i = 0; i < count; ++i) text += std::string(common[random() % std::size(common)]) + (i % 14 == 13 ? ".\n" : " ");
  return text;
}

// Sums the weights that some queries give to some keys.
class Sum : public Walk {
 public:
  Sum(const Stretch& queries, const Stretch& keys) : queries_(queries), keys_(keys), heads_(4) {}
  bool wants(int, std::int64_t first, std::int64_t count) const override { return first < queries_.end() && first + count > queries_.first; }
  void begin(int, std::int64_t, std::int64_t) override {}
  void tile(int, const attention::WeightTile& tile) override {
    for (int row = 0; row < tile.queries; ++row)
      for (int column = 0; column < tile.keys; ++column) {
        const std::int64_t query = tile.query_first + row * tile.dilation, key = tile.key_first + column * tile.dilation;
        if (query >= queries_.first && query < queries_.end() && key >= keys_.first && key < keys_.end())
          heads_[std::size_t(tile.head)] += double(tile.weights[row * tile.stride + column]);
      }
  }
  void end(int) override {}
  double sum() const {
    double all = 0;
    for (const double head : heads_) all += head;
    return all;
  }

 private:
  const Stretch queries_, keys_;
  std::vector<double> heads_;
};

class EchoesTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string quoted = "Whoever digs a ditch beside the orchard finds seven copper lanterns buried under marble dust and forgotten songs";
    test::write_file(place_ / "corpus/a.txt", words(random_, 150) + quoted + ".\n" + words(random_, 200));
    test::write_file(place_ / "corpus/b.txt", words(random_, 250) + quoted + " again.\n" + words(random_, 100));
    test::open_corpus(place_ / "corpus", file_);
    model::Config config = tiny_config();
    config.vocab_size = 8192;
    write_model(model_, config);
    core::Job job;
    ReadSettings settings;
    settings.model = model_;
    settings.detail = workspace::Detail::full;
    run_ = read_corpus(file_, settings, job);
    workspace_.emplace(workspace::Workspace::open(file_));
    Passages passages(*workspace_);
    for (const auto& document : workspace_->documents()) {
      const auto offset = std::int64_t(workspace_->text(document.id).find(quoted));
      const auto first = passages.token_at(document.id, offset);
      places_.push_back({first, passages.token_at(document.id, offset + std::int64_t(quoted.size()) - 1) + 1 - first});
    }
  }

  test::TemporaryFolder place_;
  std::filesystem::path file_ = place_ / "w.corpuscope", model_ = place_ / "tiny";
  std::mt19937 random_{8};
  std::int64_t run_ = 0;
  std::optional<workspace::Workspace> workspace_;
  std::vector<Stretch> places_;  // of the quoted text
};

TEST_F(EchoesTest, TheEarlierPlaceIsFoundWithTheAttentionItGot) {
  core::Job job;
  EchoFinder finder(file_, run_, model_);
  const Stretch passage = places_[1];
  EXPECT_GE(finder.cost(passage).tokens, passage.count);
  const auto echoes = finder.find(passage, 20, job);
  const auto found = std::ranges::find_if(echoes, [&](const Echo& echo) { return echo.source.overlaps(places_[0]); });
  ASSERT_NE(found, echoes.end());
  EXPECT_TRUE(found->same_text());
  EXPECT_GE(found->equal, passage.count - 1);
  EXPECT_NE(found->text.find("seven copper lanterns"), std::string::npos);
  EXPECT_EQ(found->place.name, "a.txt");
  for (std::size_t i = 0; i < echoes.size(); ++i) {
    EXPECT_LE(echoes[i].source.end(), passage.first);
    EXPECT_TRUE(echoes[i].same_text() || echoes[i].looked_at());
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(echoes[i].source.overlaps(echoes[j].source));
  }
  // The share, by reading everything from the start.
  const auto run = *workspace_->run(run_);
  for (const Echo& echo : echoes) {
    Sum sum({passage.first - 1, passage.count}, echo.source);
    reread(file_, run, model_, passage.end(), sum, job);
    EXPECT_NEAR(echo.share, sum.sum() / double(passage.count * run.heads * run.layers), 1e-5);
  }
}

TEST_F(EchoesTest, StoredEdgesTellTheSameTextAndAtMostThatAttention) {
  core::Job job;
  const auto exact = EchoFinder(file_, run_, model_).find(places_[1], 50, job);
  const auto stored = stored_echoes(*workspace_, run_, places_[1], 50, job);
  const auto same = [&](const std::vector<Echo>& all) {
    return std::ranges::find_if(all, [&](const Echo& echo) { return echo.source.overlaps(places_[0]); });
  };
  ASSERT_NE(same(stored), stored.end());
  ASSERT_NE(same(exact), exact.end());
  EXPECT_EQ(same(stored)->source, same(exact)->source);
  EXPECT_EQ(same(stored)->equal, same(exact)->equal);
  EXPECT_LE(same(stored)->share, same(exact)->share + 1e-3);
}

TEST_F(EchoesTest, WhatCannotBeAskedIsRefused) {
  core::Job job;
  EchoFinder finder(file_, run_, model_);
  EXPECT_THROW(finder.find({0, 0}, 5, job), core::Error);
  EXPECT_THROW(finder.find({0, longest_echoed + 1}, 5, job), core::Error);
  EXPECT_THROW(finder.find({workspace_->summary().tokens - 3, 10}, 5, job), core::Error);
  EXPECT_THROW(stored_echoes(*workspace_, run_ + 1, places_[1], 5, job), core::Error);
  EXPECT_NO_THROW(finder.find({0, 1}, 5, job));
  EXPECT_NO_THROW(finder.find({1, 4}, 5, job));
  job.cancel();
  EXPECT_THROW(finder.find(places_[1], 5, job), core::Cancelled);
}

TEST(Looked, LiftComparesWithWhatLiesAround) {
  Looked looked;
  for (std::int64_t key = 0; key < 1000; key += 2) looked.add(key, key >= 500 && key < 520 ? 5 : 1);  // every second is seen
  EXPECT_NEAR(looked.lift({500, 20}), 5, 1e-9);
  EXPECT_NEAR(looked.lift({200, 20}), 1, 1e-9);
  EXPECT_NEAR(looked.sum({498, 6}), 1 + 2 * 5, 1e-9);
  EXPECT_EQ(looked.lift({2000, 20}), 0);
  const auto peaks = looked.peaks(20, 3);
  ASSERT_EQ(peaks.size(), 1u);
  EXPECT_EQ(peaks[0], (Stretch{500, 20}));
}

}  // namespace
}  // namespace corpuscope::explore
