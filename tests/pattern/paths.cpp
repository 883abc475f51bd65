#include "pattern/paths.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "core/error.h"
#include "pattern/brute_force.h"

namespace corpuscope::pattern {
namespace {

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

// Here runs of cells occur, and cells of runs.
TEST(Paths, AsShortAsByBreadthFirstSearchOnLadders) {
  std::mt19937 random(3);
  std::map<int, int> lengths;
  for (int round = 0; round < 400; ++round) {
    const auto c = random_ladder(random);
    const std::int64_t from = std::int64_t(random() % std::uint64_t(c.length));
    const auto hops = hops_in_a_longer_sequence(c, from);
    for (int i = 0; i < 100; ++i) {
      const std::int64_t to = std::int64_t(random() % std::uint64_t(c.length));
      const auto path = shortest_path(c.pattern, c.heads, c.length, from, to);
      const int expected = hops[std::size_t(to)];
      ASSERT_EQ(path ? int(path->size()) : -1, expected) << "round " << round << ", from " << from << " to " << to;
      if (path) expect_a_path(*path, c.pattern, c.heads, from, to);
      ASSERT_FALSE(HasFailure()) << "round " << round;
      ++lengths[expected];
    }
  }
  EXPECT_GT(lengths[-1], 100);
  EXPECT_GT(lengths.rbegin()->first, 6);
}

}  // namespace
}  // namespace corpuscope::pattern
