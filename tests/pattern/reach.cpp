#include "pattern/reach.h"

#include <gtest/gtest.h>

#include <random>

#include "core/error.h"
#include "pattern/brute_force.h"

namespace corpuscope::pattern {
namespace {

using test::Case;
using test::hops_in_a_longer_sequence;
using test::random_case;
using test::random_ladder;

// Hops to a token from each of its past, or from it to each of its future; -1 where there is no path.
std::vector<int> hops_of(const Case& c, std::int64_t position, Side side) {
  if (side == Side::future) return hops_in_a_longer_sequence(c, position);
  std::vector<int> hops;
  for (std::int64_t from = 0; from < c.length; ++from)
    hops.push_back(hops_in_a_longer_sequence(c, from)[std::size_t(position)]);
  return hops;
}

Reach counted(const Case& c, std::int64_t position, const std::vector<int>& hops, Side side) {
  Reach reach{0, {0}};
  int most = 0;
  for (std::int64_t i = 0; i < c.length; ++i) {
    if (i == position || (c.pattern.causal && (i < position) != (side == Side::past))) continue;
    ++reach.others;
    most = std::max(most, hops[std::size_t(i)]);
  }
  for (int h = 1; h <= most; ++h)
    reach.within.push_back(std::count_if(hops.begin(), hops.end(), [&](int x) { return x > 0 && x <= h; }));
  return reach;
}

void expect_counts(const Case& c, std::int64_t position, Side side, int round) {
  const Reach expected = counted(c, position, hops_of(c, position, side), side);
  const Reach got = reach(c.pattern, c.heads, c.length, position, side);
  ASSERT_EQ(got.others, expected.others) << "round " << round;
  ASSERT_EQ(got.within, expected.within) << "round " << round << " position " << position << " of " << c.length;
}

TEST(Reach, CountsAsBreadthFirstSearchDoes) {
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    const Case c = random_case(random);
    expect_counts(c, std::int64_t(random() % std::uint64_t(c.length)), round % 2 ? Side::past : Side::future, round);
  }
}

TEST(Reach, CountsAsBreadthFirstSearchDoesOnLadders) {
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    const Case c = random_ladder(random);
    expect_counts(c, std::int64_t(random() % std::uint64_t(c.length)), Side::future, round);
  }
}

TEST(Reach, UnreachedAreTheBlindSpotsBehindAToken) {
  std::mt19937 random(3);
  std::int64_t blind = 0;
  for (int round = 0; round < 1500; ++round) {
    const Case c = random_case(random);
    const std::int64_t position = std::int64_t(random() % std::uint64_t(c.length)),
                       window = std::int64_t(random() % 50);
    const auto hops = hops_of(c, position, Side::past);
    std::vector<std::pair<std::int64_t, std::int64_t>> expected;
    for (std::int64_t i = std::max<std::int64_t>(position - window, 0); i < position; ++i) {
      if (hops[std::size_t(i)] >= 0) continue;
      if (expected.empty() || expected.back().second < i) expected.emplace_back(i, i);
      expected.back().second = i + 1;
      ++blind;
    }
    ASSERT_EQ(unreached(c.pattern, c.heads, c.length, position, window), expected) << "round " << round;
  }
  EXPECT_GT(blind, 1000);
}

// The tables of what breadth-first search over the whole graph of 2^20 tokens gives.
TEST(Reach, AMillionTokensAreWithinAFewHops) {
  const std::int64_t length = std::int64_t(1) << 20;
  const auto pattern = [&](OffsetRule rule, bool staggered, bool causal) {
    return extended({{{2048, 1}, {4096, 2}}, rule, staggered, causal}, length);
  };
  const Reach modulo = reach(pattern(OffsetRule::modulo, false, true), 8, length, length - 1, Side::past);
  EXPECT_EQ(modulo.others, length - 1);
  EXPECT_LE(modulo.most_hops(), 4);
  EXPECT_NEAR(double(modulo.unreachable()) / double(length), 0.0025, 0.0015);
  const Reach staggered = reach(pattern(OffsetRule::modulo, true, true), 8, length, length - 1, Side::past);
  EXPECT_EQ(staggered.unreachable(), 0);
  const Reach both_ways = reach(pattern(OffsetRule::modulo, false, false), 8, length, 12345, Side::future);
  EXPECT_EQ(both_ways.unreachable(), 0);
  EXPECT_EQ(both_ways.most_hops(), 3);
}

// The worst source that a search over the whole graph met with these heads: 525,047 tokens.
TEST(Reach, ABillionTokensAsASearchOverTheWholeGraphCountedThem) {
  const std::int64_t length = 1'000'000'000, source = (std::int64_t(1) << 29) + (std::int64_t(1) << 18);
  const Pattern pattern = extended({{{2048, 1}, {4096, 2}}, OffsetRule::both_ends, false, true}, length);
  const Reach got = reach(pattern, 8, length, source, Side::past);
  EXPECT_EQ(got.others, source);
  EXPECT_EQ(got.unreachable(), 525'047);
}

TEST(Reach, RefusesWhatItCannotCount) {
  const Pattern pattern{{{1, 1}}};
  EXPECT_THROW(reach(pattern, 1, std::int64_t(1) << 30, 0, Side::past), core::Error);
  EXPECT_THROW(reach(pattern, 1, 10, 10, Side::past), core::Error);
  EXPECT_THROW(reach(pattern, 1, 0, 0, Side::past), core::Error);
  EXPECT_THROW(unreached(pattern, 1, 10, -1, 3), core::Error);
}

}  // namespace
}  // namespace corpuscope::pattern
