#include "pattern/blind.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "pattern/brute_force.h"
#include "pattern/paths.h"

namespace corpuscope::pattern {
namespace {

using test::Case;
using test::hops_in_a_longer_sequence;
using test::random_case;
using test::random_ladder;
using Kind = BlindSpot::Kind;

// Whether some key in [k0, k1) is seen by some query in [q0, q1), or either by the other where it is not causal.
bool passes(const Case& c, std::int64_t k0, std::int64_t k1, std::int64_t q0, std::int64_t q1) {
  for (std::int64_t key = k0; key < k1; ++key)
    for (std::int64_t query = q0; query < q1; ++query)
      if (test::sees_by_any(c, query, key)) return true;
  return false;
}

void expect_true(const BlindSpot& spot, const Case& c, std::int64_t from, std::int64_t to) {
  const std::int64_t first = std::min(from, to), second = std::max(from, to), border = spot.border;
  ASSERT_GT(border, first);
  ASSERT_LE(border, second);
  ASSERT_TRUE(spot.end == border || spot.begin == border);
  const std::int64_t w = c.pattern.levels[std::size_t(spot.level)].segment;
  EXPECT_LE(spot.end - spot.begin, w);
  const bool causal = c.pattern.causal;
  switch (spot.kind) {
    case Kind::earlier:
      FAIL() << "they are in order";
    case Kind::apart:
      EXPECT_FALSE(passes(c, 0, border, border, c.length));
      break;
    case Kind::tail:
      EXPECT_FALSE(passes(c, causal ? from : 0, border, border, c.length));
      EXPECT_LE(spot.blind_begin, first);
      EXPECT_FALSE(passes(c, spot.blind_begin, border, border, c.length));
      EXPECT_TRUE(spot.blind_begin > 0 && passes(c, spot.blind_begin - 1, border, border, c.length));
      break;
    case Kind::head:
      EXPECT_FALSE(passes(c, 0, border, border, causal ? to + 1 : c.length));
      EXPECT_GT(spot.blind_end, to);
      EXPECT_FALSE(passes(c, 0, border, border, spot.blind_end));
      break;
    case Kind::sides:
      EXPECT_FALSE(passes(c, causal ? from : 0, border, border, causal ? to + 1 : c.length));
      break;
    case Kind::detour:
      EXPECT_TRUE(passes(c, causal ? from : 0, border, border, causal ? to + 1 : c.length));
      break;
  }
}

TEST(Blind, SaysWhatIsTrueOfThePattern) {
  std::mt19937 random(1);
  std::map<Kind, int> kinds;
  for (int round = 0; round < 4000; ++round) {
    const Case c = random_case(random);
    const std::int64_t from = std::int64_t(random() % std::uint64_t(c.length));
    const std::int64_t to = std::int64_t(random() % std::uint64_t(c.length));
    const auto spot = why_no_path(c.pattern, c.heads, c.length, from, to);
    ASSERT_EQ(!spot, hops_in_a_longer_sequence(c, from)[std::size_t(to)] >= 0) << "round " << round;
    if (!spot) continue;
    ++kinds[spot->kind];
    if (c.pattern.causal && to < from) {
      EXPECT_EQ(spot->kind, Kind::earlier);
    } else {
      expect_true(*spot, c, from, to);
    }
    ASSERT_FALSE(HasFailure()) << "round " << round << " from " << from << " to " << to;
  }
  for (const Kind kind : {Kind::earlier, Kind::apart, Kind::tail, Kind::head, Kind::sides, Kind::detour})
    EXPECT_GT(kinds[kind], 3) << int(kind);
}

TEST(Blind, CuresOpenThePathAndTheRestDoesNot) {
  std::mt19937 random(2);
  int opened = 0;
  for (int round = 0; round < 300; ++round) {
    Case c = random_ladder(random);
    const std::int64_t from = std::int64_t(random() % std::uint64_t(c.length));
    const std::int64_t to = std::min(from + std::int64_t(random() % 40), c.length - 1);
    if (shortest_path(c.pattern, c.heads, c.length, from, to)) continue;
    for (const Cure& cure : cures(c.pattern, c.heads, c.length, from, to)) {
      Case other = c;
      other.pattern = cure.pattern;
      EXPECT_EQ(hops_in_a_longer_sequence(other, from)[std::size_t(to)], cure.hops) << "round " << round;
      ++opened;
    }
  }
  EXPECT_GT(opened, 20);
}

TEST(Blind, AroundABorderAreTheTokensThatNothingPasses) {
  std::mt19937 random(3);
  int some = 0;
  for (int round = 0; round < 2000; ++round) {
    const Case c = random_case(random);
    if (c.length < 2) continue;
    const std::int64_t border = 1 + std::int64_t(random() % std::uint64_t(c.length - 1));
    const auto [first, second] = blind_around(c.pattern, c.heads, c.length, border);
    ASSERT_FALSE(passes(c, first, border, border, c.length)) << "round " << round;
    ASSERT_FALSE(passes(c, 0, border, border, second)) << "round " << round;
    ASSERT_EQ(first == 0, second == c.length) << "round " << round;
    if (first > 0 && c.pattern.causal) {
      ASSERT_TRUE(passes(c, first - 1, border, border, c.length)) << "round " << round;
      ASSERT_TRUE(passes(c, 0, border, second, second + 1)) << "round " << round;
      ++some;
    }
  }
  EXPECT_GT(some, 300);
}

// The last class positions of a ladder's top segments: the 2^19 - 8 tokens before the middle of 2^30.
TEST(Blind, TheTailOfHalfABillionTokens) {
  const std::int64_t length = 1'000'000'000, middle = std::int64_t(1) << 29;
  const Pattern pattern = extended({{{2048, 1}, {4096, 2}}, OffsetRule::modulo, false, true}, length);
  const auto spot = why_no_path(pattern, 8, length, middle - 5, middle + 100'000'000);
  ASSERT_TRUE(spot);
  EXPECT_EQ(spot->kind, Kind::tail);
  EXPECT_EQ(spot->border, middle);
  EXPECT_EQ(spot->level, 18);
  EXPECT_EQ(spot->begin, 0);
  EXPECT_EQ(spot->end, middle);
  EXPECT_EQ(spot->blind_begin, middle - (std::int64_t(1) << 19) + 8);
  EXPECT_EQ(spot->blind_end, middle);
  const auto found = cures(pattern, 8, length, middle - 5, middle + 100'000'000);
  ASSERT_EQ(found.size(), 3U);  // both_ends, staggered, both
  EXPECT_EQ(found[1].pattern.staggered, true);
  EXPECT_LE(found[1].hops, 6);
}

}  // namespace
}  // namespace corpuscope::pattern
