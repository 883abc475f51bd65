#include "pattern/pattern.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "core/error.h"

namespace corpuscope::pattern {
namespace {

Pattern random_pattern(std::mt19937& random) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  Pattern pattern;
  pattern.rule = OffsetRule(pick(0, 2));
  pattern.staggered = pick(0, 1);
  pattern.causal = pick(0, 1);
  std::int64_t segment = pick(1, 9);
  for (int k = pick(1, 4), r = 1; k > 0; --k) {
    pattern.levels.push_back({segment, r});
    r = std::min<int>(r * pick(1, 3), int(segment));
    segment *= pick(1, 3);
  }
  return pattern;
}

// The definition, position by position, beside the arithmetic on whole segments.
TEST(Pattern, RowsOfSegmentsAreThePositionsThatTakePart) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    const Pattern pattern = random_pattern(random);
    const int heads = 1 + int(random() % 5);
    const std::int64_t length = 1 + random() % 70;
    for (int level = 0; level < int(pattern.levels.size()); ++level)
      for (int head = 0; head < heads; ++head) {
        std::set<std::int64_t> from_rows, by_definition;
        const auto w = pattern.levels[std::size_t(level)].segment, t = shift(pattern, level, head);
        for (std::int64_t s = 0; s < segment_count(pattern, level, head, length); ++s) {
          const Rows rows = segment_rows(pattern, level, head, heads, length, s);
          for (std::int64_t i = 0; i < rows.count; ++i) {
            const std::int64_t position = rows.first + i * rows.dilation;
            EXPECT_EQ((position + t) / w, s);
            EXPECT_EQ((position + t) % w / rows.dilation, rows.index + i);
            EXPECT_TRUE(from_rows.insert(position).second);
          }
        }
        for (std::int64_t i = 0; i < length; ++i)
          if (takes_part(pattern, level, head, heads, i)) by_definition.insert(i);
        EXPECT_EQ(from_rows, by_definition);
      }
  }
}

TEST(Pattern, VisiblePairsEqualCounting) {
  std::mt19937 random(8);
  for (int round = 0; round < 300; ++round) {
    const Pattern pattern = random_pattern(random);
    const int heads = 1 + int(random() % 5);
    const std::int64_t length = random() % 60;
    std::int64_t counted = 0;
    for (int level = 0; level < int(pattern.levels.size()); ++level)
      for (int head = 0; head < heads; ++head)
        for (std::int64_t i = 0; i < length; ++i)
          for (std::int64_t j = 0; j < length; ++j) counted += sees(pattern, level, head, heads, i, j);
    EXPECT_EQ(visible_pairs(pattern, heads, length), counted) << "length " << length;
  }
}

TEST(Pattern, MorePairsThanANumberHoldsAreRefused) {
  const std::int64_t length = std::int64_t(1) << 32;
  const Pattern dense{{{length, 1}}, OffsetRule::modulo, false, true};
  EXPECT_EQ(visible_pairs(dense, 1, length / 2), length / 2 * (length / 2 + 1) / 2);
  EXPECT_THROW(visible_pairs(dense, 1, length), core::Error);
  EXPECT_THROW(visible_pairs(dense, 8, std::int64_t(3) << 30), core::Error);  // only all heads together are too many
}

TEST(Pattern, OffsetsOfTheThreeRules) {
  const Pattern modulo{{{8, 1}, {16, 4}}, OffsetRule::modulo};
  const Pattern block{{{8, 1}, {16, 4}}, OffsetRule::block};
  const Pattern both{{{8, 1}, {16, 4}}, OffsetRule::both_ends};
  const std::int64_t expected[3][8] = {{0, 1, 2, 3, 0, 1, 2, 3}, {0, 0, 1, 1, 2, 2, 3, 3}, {0, 3, 1, 2, 2, 1, 3, 0}};
  for (int head = 0; head < 8; ++head) {
    EXPECT_EQ(offset(modulo, 1, head, 8), expected[0][head]);
    EXPECT_EQ(offset(block, 1, head, 8), expected[1][head]);
    EXPECT_EQ(offset(both, 1, head, 8), expected[2][head]);
  }
}

TEST(Pattern, ExtendedCoversTheLengthWithTheSameRatio) {
  const Pattern pattern = extended({{{512, 1}, {1024, 2}}}, 1'000'000'000);
  EXPECT_GE(pattern.levels.back().segment, 1'000'000'000);
  EXPECT_LT(pattern.levels[pattern.levels.size() - 2].segment, 1'000'000'000);
  for (const Level& level : pattern.levels) EXPECT_EQ(level.segment / level.dilation, 512);
  EXPECT_EQ(extended({{{512, 1}}}, 100).levels.size(), 1u);
}

TEST(Pattern, RefusesWhatCannotBeAPattern) {
  EXPECT_THROW(check({{}}, 1), core::Error);
  EXPECT_THROW(check({{{8, 2}}}, 1), core::Error);
  EXPECT_THROW(check({{{8, 1}, {0, 1}}}, 1), core::Error);
  EXPECT_THROW(check({{{8, 1}, {4, 8}}}, 1), core::Error);
  EXPECT_THROW(check({{{8, 1}}}, 0), core::Error);
  EXPECT_THROW(offset_rule("sideways"), core::Error);
  EXPECT_NO_THROW(check({{{8, 1}, {16, 2}}}, 3));
}

}  // namespace
}  // namespace corpuscope::pattern
