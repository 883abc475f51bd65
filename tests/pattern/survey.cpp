#include "pattern/survey.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pattern/brute_force.h"
#include "pattern/reach.h"

namespace corpuscope::pattern {
namespace {

using test::Case;

TEST(Survey, SumsUpWhatEachSourceReaches) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const Case c = test::random_case(random);
    std::vector<std::int64_t> sources;
    for (int i = 0; i < 4; ++i) sources.push_back(std::int64_t(random() % std::uint64_t(c.length)));
    double pairs = 0, unreachable = 0, hops = 0;
    int most = 0;
    for (const std::int64_t to : sources)
      for (std::int64_t from = 0; from < (c.pattern.causal ? to : c.length); ++from) {
        if (from == to) continue;
        const int h = test::hops_in_a_longer_sequence(c, from)[std::size_t(to)];
        ++pairs;
        unreachable += h < 0;
        hops += std::max(h, 0);
        most = std::max(most, h);
      }
    const Survey got = survey(c.pattern, c.heads, c.length, sources);
    ASSERT_TRUE(got.counted);
    ASSERT_EQ(got.most_hops, most) << "round " << round;
    if (pairs == 0) continue;
    ASSERT_NEAR(got.unreachable, unreachable / pairs, 1e-12) << "round " << round;
    ASSERT_NEAR(got.mean_hops, pairs > unreachable ? hops / (pairs - unreachable) : 0, 1e-12) << "round " << round;
    ASSERT_NEAR(got.within.back(), 1 - unreachable / pairs, 1e-12) << "round " << round;
  }
}

// A pattern small enough to be counted, seen as one too large by cutting its segments up without changing who sees
// whom: a level of single tokens adds cells and no pair that matters.
TEST(Survey, DrawnTokensAgreeWithCountedOnesWithinTheirError) {
  const std::int64_t length = (std::int64_t(1) << 24) + 77;
  const Pattern coarse{{{1 << 20, 1}, {1 << 23, 8}}, OffsetRule::modulo, false, true};
  Pattern fine = coarse;
  fine.levels.push_back({1, 1});
  const auto sources = random_tokens(length, 40, 3);
  const Survey counted = survey(coarse, 4, length, sources), drawn = survey(fine, 4, length, sources);
  ASSERT_TRUE(counted.counted);
  ASSERT_FALSE(drawn.counted);
  EXPECT_GT(drawn.unreachable_error, 0);
  // The sources are the same: only the tokens were drawn, so that a third of the error is generous already.
  EXPECT_NEAR(drawn.unreachable, counted.unreachable, 0.03);
  EXPECT_NEAR(drawn.mean_hops, counted.mean_hops, 0.1);
}

TEST(Survey, NearbyBlindSpotsAreCountedBehindBordersAlone) {
  const std::int64_t length = 1 << 16;
  Pattern pattern = extended({{{64, 1}, {128, 2}}, OffsetRule::modulo, false, true}, length);
  const auto sources = tokens_behind_borders(pattern, length, 100, 1);
  for (const std::int64_t source : sources) EXPECT_LT(source % 64, 16);
  const double share = unreachable_nearby(pattern, 8, length, sources, 16);
  EXPECT_GT(share, 0.15);
  EXPECT_LT(share, 0.5);
  pattern.staggered = true;
  EXPECT_EQ(unreachable_nearby(pattern, 8, length, tokens_behind_borders(pattern, length, 100, 1), 16), 0);
}

TEST(Survey, CostIsThatOfThePairsSeen) {
  std::mt19937 random(2);
  for (int round = 0; round < 100; ++round) {
    const Case c = test::random_case(random);
    const Cost got = cost(c.pattern, c.heads, c.length);
    EXPECT_EQ(got.pairs, double(visible_pairs(c.pattern, c.heads, c.length)));
    const std::int64_t n = c.length;
    EXPECT_EQ(got.dense_pairs, double(c.heads * (c.pattern.causal ? n * (n + 1) / 2 : n * n)));
  }
  const std::int64_t longest = std::int64_t(1) << 40;
  EXPECT_NEAR(cost({{{longest, 1}}}, 3, longest).pairs / (3 * std::pow(2.0, 79)), 1, 1e-11);
}

}  // namespace
}  // namespace corpuscope::pattern
