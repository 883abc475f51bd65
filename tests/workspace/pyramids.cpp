#include <algorithm>
#include <chrono>
#include <cmath>

#include "fixture.h"
#include "workspace/small_float.h"

namespace corpuscope::workspace {
namespace {

class Pyramids : public testing::Test {
 protected:
  std::int64_t read(const std::vector<float>& values, std::size_t step) {
    put(workspace_, "a", "text");
    const std::vector<std::int32_t> ids(values.size() - 1, 5);
    writer_.put_tokens(workspace_.find_document("a")->id, ids);
    writer_.finish_sequence(1);
    const auto run = make_run(workspace_, 1);
    Transaction transaction(writer_);
    for (std::size_t first = 0; first < values.size(); first += step) {
      writer_.append_surprisal(run, std::int64_t(first),
                               std::span(values).subspan(first, std::min(step, values.size() - first)));
    }
    transaction.commit();
    return run;
  }

  test::TemporaryFolder folder_;
  Workspace workspace_ = Workspace::open(folder_ / "w.corpuscope", true);
  Workspace::Writer& writer_ = workspace_.writer();
};

TEST_F(Pyramids, AgreeWithCountingOverEveryToken) {
  const auto values = random_values(300'001, 3);
  const auto run = read(values, 10'007);
  const auto size = std::int64_t(values.size());
  const std::vector<std::pair<std::int64_t, std::int64_t>> ranges = {
      {0, size}, {1, size - 1}, {12'345, 200'000}, {65'535, 3}, {100, 5000}, {size - 70'000, 70'000}};
  for (const auto& [first, count] : ranges) {
    for (const int bins : {1, 7, 100, 1600}) {
      const auto found = workspace_.surprisal_bins(run, first, count, bins);
      ASSERT_EQ(found.size(), std::size_t(bins));
      for (int bin = 0; bin < bins; ++bin) {
        const std::int64_t from = first + count * bin / bins;
        const std::int64_t to = std::max(from + 1, first + count * (bin + 1) / bins);
        const std::int64_t moved = to - from > 64 ? (to - from + 7) / 8 : 0;  // borders may lie there
        const auto range = [&](std::int64_t a, std::int64_t b) {
          return std::minmax_element(values.begin() + std::max(a, first),
                                     values.begin() + std::min(b, first + count));
        };
        const auto [outer_least, outer_most] = range(from - moved, to + moved);
        const auto [inner_least, inner_most] = range(from + moved, to - moved);
        const Bin& b = found[std::size_t(bin)];
        ASSERT_GE(b.maximum, *inner_most * 0.999f) << first << " " << count << " " << bins << " " << bin;
        ASSERT_LE(b.maximum, *outer_most * 1.001f);
        ASSERT_LE(b.minimum, *inner_least * 1.001f);
        ASSERT_GE(b.minimum, *outer_least * 0.999f);
        double sum = 0;
        for (std::int64_t i = from; i < to; ++i) sum += values[std::size_t(i)];
        const double mean = sum / double(to - from);
        ASSERT_NEAR(b.mean, mean, moved ? 1.5 : mean * 0.001);
      }
    }
  }
  // The mean over everything has no border to be moved.
  double sum = 0;
  for (const float value : values) sum += value;
  EXPECT_NEAR(workspace_.surprisal_bins(run, 0, size, 1)[0].mean, sum / double(size), 0.01);
}

TEST_F(Pyramids, AreTheSameHoweverTheValuesCame) {
  const auto values = random_values(140'000, 4);
  const auto run = read(values, 1'000'000);
  const auto other = make_run(workspace_, 1);
  for (std::size_t first = 0; first < values.size(); first += 4096) {
    writer_.append_surprisal(other, std::int64_t(first),
                             std::span(values).subspan(first, std::min<std::size_t>(4096, values.size() - first)));
  }
  for (const int bins : {1, 3, 50, 700}) {
    const auto a = workspace_.surprisal_bins(run, 0, 140'000, bins);
    const auto b = workspace_.surprisal_bins(other, 0, 140'000, bins);
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].minimum, b[i].minimum);
      EXPECT_EQ(a[i].mean, b[i].mean);
      EXPECT_EQ(a[i].maximum, b[i].maximum);
    }
  }
}

TEST_F(Pyramids, MoreBinsThanTokensShowEachTokenAndPartsThatWereNotReadAreZero) {
  const auto run = read({1, 2, 3, 4}, 4);
  const auto bins = workspace_.surprisal_bins(run, 0, 4, 8);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(bins[i].maximum, float(1 + i / 2));
  const auto beyond = workspace_.surprisal_bins(run, 2, 4, 4);
  EXPECT_EQ(beyond[1].mean, 4);
  EXPECT_EQ(beyond[2].maximum, 0);
  EXPECT_EQ(workspace_.surprisal_bins(run, -2, 4, 4)[2].mean, 1);
  EXPECT_TRUE(workspace_.surprisal_bins(run, 0, 4, 0).empty());
  EXPECT_TRUE(workspace_.surprisal_bins(run, 0, 4, -1).empty());
  EXPECT_EQ(workspace_.surprisal_bins(run, 0, 0, 3)[0].maximum, 0);
  EXPECT_EQ(workspace_.surprisal_bins(run, INT64_MIN, INT64_MAX, 3)[0].maximum, 0);
  EXPECT_EQ(workspace_.surprisal_bins(run, 0, 4'000'000'000, 4)[0].maximum, 4);
}

TEST_F(Pyramids, OneSpikeInManyTokensStaysVisibleAtEveryZoomAndQuickly) {
  constexpr std::size_t tokens = 5'000'000, spike = 3'141'592;
  std::vector<float> values(tokens, 1.0f);
  values[spike] = 30;
  const auto run = read(values, 1 << 20);
  for (std::int64_t count = 5'000'000; count > 10; count /= 3) {
    const auto first = std::min<std::int64_t>(std::int64_t(tokens) - count, std::int64_t(spike) - count / 2);
    const auto began = std::chrono::steady_clock::now();
    const auto bins = workspace_.surprisal_bins(run, first, count, 1000);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
    EXPECT_LT(seconds.count(), 0.2) << count;
    const auto most =
        std::max_element(bins.begin(), bins.end(), [](auto& a, auto& b) { return a.maximum < b.maximum; });
    EXPECT_NEAR(most->maximum, 30, 0.03) << count;
  }
}

TEST_F(Pyramids, ReceivedIsShownWhileTheRunGoesOn) {
  const std::vector<float> ones(200'000, 1.0f);
  const auto run = read(ones, 200'000);
  writer_.add_received(run, 0, 0, ones);
  writer_.add_received(run, 0, 70'000, std::vector<float>{40});
  EXPECT_EQ(workspace_.received_bins(run, 0, 0, 200'000, 10)[3].maximum, 0);  // nothing is read yet
  writer_.save_state(run, {}, 200'000, 1);
  const auto bins = workspace_.received_bins(run, 0, 0, 200'000, 10);
  EXPECT_EQ(bins[3].maximum, 41);
  EXPECT_EQ(bins[4].maximum, 1);
  EXPECT_EQ(bins[4].minimum, 1);
}

TEST(SmallFloats, KeepOrderAndOnePartInTwoThousand) {
  EXPECT_EQ(from_small(to_small(0)), 0);
  EXPECT_EQ(from_small(to_small(1)), 1);
  EXPECT_EQ(from_small(to_small(1e-12f)), 0);
  SmallFloat last = 0;
  for (double value = 1e-9; value < 4e9; value *= 1.00037) {
    const SmallFloat code = to_small(float(value));
    ASSERT_GE(code, last);
    ASSERT_NEAR(from_small(code), value, value / 2047) << value;
    ASSERT_EQ(to_small(from_small(code)), code);
    last = code;
  }
  EXPECT_GT(from_small(to_small(3e38f)), 4e9f);
}

}  // namespace
}  // namespace corpuscope::workspace
