// Proven bounds on hops, and the borders that tell whether there is a path, against searches over the whole graph.
#include <gtest/gtest.h>

#include <random>

#include "pattern/brute_force.h"
#include "pattern/farthest.h"
#include "pattern/paths.h"
#include "pattern/reach.h"

namespace corpuscope::pattern {
namespace {

using test::Case;
using test::hops_in_a_longer_sequence;

// Levels that lie within each other, of every rule, some with parts of three and with dilations that stay.
Case random_nested(std::mt19937& random, std::int64_t longest) {
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  Case c;
  c.heads = int(pick(1, 8));
  c.pattern.rule = static_cast<OffsetRule>(pick(0, 2));
  std::int64_t w = pick(2, 16), r = 1;
  c.pattern.levels = {{w, 1}};
  for (const std::int64_t enough = pick(longest / 4, longest / 2); w < enough;) {
    w *= pick(0, 3) == 0 ? 3 : 2;
    const std::int64_t widened = r * (pick(0, 4) == 0 ? pick(1, 3) : 2);
    if (w % widened == 0) r = widened;
    c.pattern.levels.push_back({w, r});
  }
  c.length = w;
  return c;
}

TEST(HopBound, OfNestedLevelsIsTheMaximumOverAllPairs) {
  std::mt19937 random(1);
  std::map<int, int> seen;
  for (int round = 0; round < 160; ++round) {
    const Case c = random_nested(random, 200);
    const auto nested = Nested::of(c.pattern, c.heads);
    if (!nested) continue;  // `block` whose heads do not fill a level
    int most = 0;
    for (std::int64_t from = 0; from < c.length; ++from) {
      const auto hops = hops_in_a_longer_sequence(c, from);
      most = std::max(most, *std::max_element(hops.begin(), hops.end()));
      for (std::int64_t to = from; to < c.length; ++to)
        ASSERT_EQ(nested->connected(from, to), hops[std::size_t(to)] >= 0)
            << "round " << round << ": " << from << " to " << to;
    }
    ASSERT_EQ(most_hops(*nested, c.length), most) << "round " << round;
    ASSERT_EQ(hop_bound(c.pattern, c.heads, c.length), most) << "round " << round;
    ++seen[most];
  }
  EXPECT_GT(seen.size(), 6U);
  EXPECT_GT(seen.rbegin()->first, 7);
}

TEST(HopBound, NoTokenIsFurther) {
  std::mt19937 random(2);
  int nested = 0, both_ways = 0, staggered = 0, tight = 0;
  for (int round = 0; round < 6000; ++round) {
    Case c = round % 3 == 0   ? test::random_ladder(random)
             : round % 3 == 1 ? test::random_case(random)
                              : random_nested(random, 600);
    if (round % 3 == 2) c.length = std::max<std::int64_t>(1, c.length - std::int64_t(random() % 100));
    const int bound = hop_bound(c.pattern, c.heads, c.length);
    if (bound == 0) continue;
    const std::int64_t from = std::int64_t(random() % std::uint64_t(c.length));
    const auto hops = hops_in_a_longer_sequence(c, from);
    const int most = *std::max_element(hops.begin(), hops.end());
    ASSERT_LE(most, bound) << "round " << round << " from " << from;
    tight += most == bound;
    const bool two_grids = c.pattern.staggered && c.heads > 1;
    (two_grids ? staggered : c.pattern.causal ? nested : both_ways) += 1;
    if (!two_grids && c.pattern.causal) continue;
    // These proofs say too that there is a path.
    for (std::int64_t to = c.pattern.causal ? from : 0; to < c.length; ++to)
      ASSERT_GE(hops[std::size_t(to)], 0) << "round " << round;
  }
  EXPECT_GT(nested, 1000);
  EXPECT_GT(both_ways, 100);
  EXPECT_GT(staggered, 300);
  EXPECT_GT(tight, 300);
}

// What searches over the whole graph met: 4 and 5 hops at 2^20 tokens, 7 and 9 at 10^9; 3 and 5 not causal.
TEST(HopBound, OfTheLaddersInUse) {
  const std::int64_t million = 1 << 20, billion = 1'000'000'000;
  const auto bound = [](OffsetRule rule, bool staggered, bool causal, std::int64_t length, int heads = 8) {
    return hop_bound(extended({{{2048, 1}, {4096, 2}}, rule, staggered, causal}, length), heads, length);
  };
  for (const int heads : {8, 12}) {
    EXPECT_EQ(bound(OffsetRule::modulo, false, true, million, heads), 4);
    EXPECT_EQ(bound(OffsetRule::both_ends, false, true, million, heads), 5);
    EXPECT_EQ(bound(OffsetRule::modulo, false, true, billion, heads), 7);
    EXPECT_EQ(bound(OffsetRule::both_ends, false, true, billion, heads), 9);
  }
  EXPECT_EQ(bound(OffsetRule::block, false, true, million), 4);
  EXPECT_EQ(bound(OffsetRule::block, false, true, million, 12), 0);  // 12 heads fill only 6 of 8 offsets
  EXPECT_EQ(bound(OffsetRule::modulo, false, false, million), 3);
  EXPECT_EQ(bound(OffsetRule::modulo, false, false, billion), 5);
  EXPECT_EQ(bound(OffsetRule::modulo, true, true, 1 << 18), 3);
  EXPECT_EQ(bound(OffsetRule::modulo, true, true, million), 3);
  EXPECT_EQ(bound(OffsetRule::modulo, true, true, billion), 7);
}

// Beside the border of the largest segments a search that finds nothing would visit millions of segments.
TEST(Paths, NoneBesideTheBordersOfTheLargestSegments) {
  const std::int64_t length = std::int64_t(1) << 40, border = length / 2;
  const Pattern pattern = extended({{{2048, 1}, {4096, 2}}, OffsetRule::both_ends, false, true}, length);
  EXPECT_FALSE(shortest_path(pattern, 8, length, border - 295'909'875, border + 428'183'629));
  EXPECT_FALSE(shortest_path(pattern, 8, length, border - 23'053'365, border + 45'395'745));
  EXPECT_TRUE(shortest_path(pattern, 8, length, border - 4, border + (std::int64_t(1) << 29)));
}

}  // namespace
}  // namespace corpuscope::pattern
