#include "pattern/paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "core/error.h"
#include "pattern/brute_force.h"

namespace corpuscope::pattern {
namespace {

using test::Case;
using test::hops_from;
using test::hops_in_a_longer_sequence;
using test::random_case;
using test::random_ladder;

// Each hop is one that the pattern allows, and they lead from one end to the other.
void expect_a_path(const Path& path, const Pattern& pattern, int heads, std::int64_t from, std::int64_t to) {
  for (const Hop& hop : path) {
    EXPECT_EQ(hop.from, from);
    EXPECT_TRUE(sees(pattern, hop.level, hop.head, heads, hop.to, hop.from))
        << hop.from << " -> " << hop.to << " level " << hop.level << " head " << hop.head;
    from = hop.to;
  }
  EXPECT_EQ(from, to);
}

TEST(Paths, AsShortAsByBreadthFirstSearchOverEveryPair) {
  std::mt19937 random(1);
  std::int64_t pairs = 0, none = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto c = random_case(random);
    const std::int64_t from = std::int64_t(random() % std::uint64_t(c.length));
    const auto hops = hops_from(c, from);
    for (std::int64_t to = 0; to < c.length; ++to, ++pairs) {
      const auto path = shortest_path(c.pattern, c.heads, c.length, from, to);
      const int expected = hops[std::size_t(to)];
      none += expected < 0;
      ASSERT_EQ(path ? int(path->size()) : -1, expected) << "round " << round << ", from " << from << " to " << to;
      if (path) expect_a_path(*path, c.pattern, c.heads, from, to);
      ASSERT_FALSE(HasFailure()) << "round " << round;
    }
  }
  EXPECT_GT(none, pairs / 20);
  EXPECT_LT(none, pairs / 2 + pairs / 4);
}

TEST(Paths, BothBruteForcesAgree) {
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    const auto c = random_case(random);
    const std::int64_t from = std::int64_t(random() % std::uint64_t(c.length));
    ASSERT_EQ(hops_in_a_longer_sequence(c, from), hops_from(c, from)) << "round " << round;
  }
}

// Fewest hops from a token to some others, against breadth-first search; by hops, how often.
using Lengths = std::map<int, int>;
void compare(const Case& c, std::int64_t from, const std::vector<std::int64_t>& others, Lengths& lengths) {
  const auto hops = hops_in_a_longer_sequence(c, from);
  for (const std::int64_t to : others) {
    const auto path = shortest_path(c.pattern, c.heads, c.length, from, to);
    const int expected = hops[std::size_t(to)];
    ASSERT_EQ(path ? int(path->size()) : -1, expected) << "from " << from << " to " << to;
    if (path) expect_a_path(*path, c.pattern, c.heads, from, to);
    ++lengths[expected];
  }
}

// Here runs of cells occur, and cells of runs.
TEST(Paths, AsShortAsByBreadthFirstSearchOnLadders) {
  std::mt19937 random(3);
  Lengths lengths;
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    const auto c = random_ladder(random);
    const auto any = [&] { return std::int64_t(random() % std::uint64_t(c.length)); };
    const std::int64_t from = any();
    std::vector<std::int64_t> others(100);
    std::generate(others.begin(), others.end(), any);
    compare(c, from, others, lengths);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(lengths[-1], 100);
  EXPECT_GT(lengths.rbegin()->first, 6);
}

// Where paths are longest: with `both_ends` single tokens pass the borders of large segments.
TEST(Paths, AsShortAsByBreadthFirstSearchBesideBorders) {
  std::mt19937 random(4);
  Lengths lengths;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    Case c = random_ladder(random);
    if (round % 3 > 0) c.pattern.rule = OffsetRule::both_ends;
    if (round % 4 > 0) c.pattern.causal = true, c.pattern.staggered = false;
    const auto beside_a_border = [&] {
      const std::int64_t w = c.pattern.levels[random() % c.pattern.levels.size()].segment;
      const std::int64_t border = std::int64_t(random() % std::uint64_t(c.length / w + 1)) * w;
      return std::clamp<std::int64_t>(border + std::int64_t(random() % 13) - 6, 0, c.length - 1);
    };
    const std::int64_t from = beside_a_border();
    std::vector<std::int64_t> others(100);
    std::generate(others.begin(), others.end(), beside_a_border);
    compare(c, from, others, lengths);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(lengths[-1], 100);
  EXPECT_GT(lengths.rbegin()->first, 8);
}

// Segments that are made up of very many of the next lower level.
TEST(Paths, OverVeryManyBorders) {
  const std::int64_t most = std::int64_t(1) << 40;
  for (const std::int64_t longest : {std::int64_t(1) << 17, std::int64_t(1) << 30, most}) {
    const Pattern pattern{{{2048, 1}, {longest, 2}}, OffsetRule::modulo, false, true};
    const std::int64_t from = 1, to = longest / 2 + 1;  // odd: by an even one each, as there is but one head
    const auto path = shortest_path(pattern, 1, most, from, to);
    ASSERT_TRUE(path);
    EXPECT_EQ(path->size(), 3U);
    expect_a_path(*path, pattern, 1, from, to);
  }
}

}  // namespace
}  // namespace corpuscope::pattern
