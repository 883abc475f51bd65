#include "explore/near_repeats.h"

#include <gtest/gtest.h>

#include <random>

#include "explore/alignment.h"

namespace corpuscope::explore {
namespace {

using Tokens = std::vector<std::int32_t>;

Tokens drawn(std::mt19937& random, std::size_t count, std::int32_t first) {
  Tokens tokens(count);
  for (auto& token : tokens) token = first + std::int32_t(random() % 5000);
  return tokens;
}

void append(Tokens& to, const Tokens& more) { to.insert(to.end(), more.begin(), more.end()); }

std::vector<NearRepeat> found(const Tokens& tokens) {
  core::Job job;
  NearSettings settings;
  settings.match.separator = 0;
  return find_near_repeats(tokens, settings, job);
}

// A block, then its copy with the changes that a test makes, each between other text.
struct Copied {
  std::mt19937 random{7};
  Tokens before = drawn(random, 100, 1), block = drawn(random, 120, 1), between = drawn(random, 80, 1), after = drawn(random, 60, 1);

  Tokens with(const Tokens& copy) const {
    Tokens all = before;
    append(all, block);
    append(all, between);
    append(all, copy);
    append(all, after);
    return all;
  }
  std::int64_t block_first() const { return std::int64_t(before.size()); }
  std::int64_t copy_first() const { return block_first() + std::int64_t(block.size() + between.size()); }
};

TEST(NearRepeats, SaysWhichTokensOfACopyAreOthers) {
  const Copied copied;
  Tokens copy = copied.block;
  copy[40] = 9001;                                      // one for one
  copy.insert(copy.begin() + 60, {9002, 9003});         // two more
  copy.erase(copy.begin() + 92, copy.begin() + 95);     // three fewer: those of 90 to 92 in the block
  const auto all = found(copied.with(copy));
  ASSERT_EQ(all.size(), 1u);
  const auto first = copied.block_first(), later = copied.copy_first();
  EXPECT_EQ(all[0].earlier, (Stretch{first, 120}));
  EXPECT_EQ(all[0].later, (Stretch{later, 119}));
  EXPECT_EQ(all[0].equal, 120 - 1 - 3);
  const std::vector<Difference> expected{{{first + 40, 1}, {later + 40, 1}}, {{first + 60, 0}, {later + 60, 2}}, {{first + 90, 3}, {later + 92, 0}}};
  EXPECT_EQ(all[0].differences, expected);
}

TEST(NearRepeats, ExactCopiesAndStrangersAreNone) {
  const Copied copied;
  EXPECT_TRUE(found(copied.with(copied.block)).empty());
  std::mt19937 random(9);
  EXPECT_TRUE(found(copied.with(drawn(random, 120, 6000))).empty());
  EXPECT_TRUE(found({}).empty());
}

TEST(NearRepeats, NoneGoesOverTheEndOfADocument) {
  const Copied copied;
  Tokens copy = copied.block;
  copy[60] = 0;  // a separator
  EXPECT_TRUE(found(copied.with(copy)).empty());
}

// Whatever is planted: what is said of a copy must be true of the tokens.
TEST(NearRepeats, WhatIsSaidHoldsForRandomCopies) {
  std::mt19937 random(21);
  std::size_t differences = 0;
  for (int round = 0; round < 60; ++round) {
    Tokens tokens = drawn(random, 200, 1);
    for (int copies = 0; copies < 6; ++copies) {
      const std::size_t from = random() % (tokens.size() - 100);
      Tokens copy(tokens.begin() + std::ptrdiff_t(from), tokens.begin() + std::ptrdiff_t(from + 60 + random() % 40));
      for (int changes = int(random() % 6); changes-- > 0;) copy[random() % copy.size()] = std::int32_t(1 + random() % 9000);
      append(tokens, copy);
      append(tokens, drawn(random, random() % 30, 1));
      if (random() % 4 == 0) tokens.push_back(0);
    }
    for (const NearRepeat& near : found(tokens)) {
      EXPECT_GE(near.equal, 32);
      Stretch earlier{near.earlier.first, 0}, later{near.later.first, 0};
      Difference end{{near.earlier.end(), 0}, {near.later.end(), 0}};
      for (std::size_t i = 0; i <= near.differences.size(); ++i) {
        const Difference& difference = i < near.differences.size() ? near.differences[i] : end;
        ASSERT_LE(earlier.first, difference.earlier.first);
        ASSERT_LE(later.first, difference.later.first);
        EXPECT_LE(std::max(difference.earlier.count, difference.later.count), 8);
        for (std::int64_t at = 0; at < difference.later.count; ++at) EXPECT_NE(tokens[std::size_t(difference.later.first + at)], 0);
        earlier.first = difference.earlier.end();
        later.first = difference.later.end();
        ++differences;
      }
      EXPECT_NE(near.earlier.first, near.later.first);
    }
  }
  EXPECT_GT(differences, 300u);
}

// The definition, by every pair of begins and all ways from there.
std::int64_t best_score(const Tokens& a, const Tokens& b) {
  std::int64_t best = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::vector<std::vector<std::int64_t>> table(a.size() - i + 1, std::vector<std::int64_t>(b.size() - j + 1));
      for (std::size_t x = 0; x <= a.size() - i; ++x)
        for (std::size_t y = 0; y <= b.size() - j; ++y) {
          if (x == 0 && y == 0) continue;
          std::int64_t score = -1000;
          if (x > 0 && y > 0) score = table[x - 1][y - 1] + (a[i + x - 1] == b[j + y - 1] ? 1 : -1);
          if (x > 0) score = std::max(score, table[x - 1][y] - 1);
          if (y > 0) score = std::max(score, table[x][y - 1] - 1);
          table[x][y] = score;
          best = std::max(best, score);
        }
    }
  return best;
}

TEST(Alignment, IsTheBestOfAll) {
  std::mt19937 random(2);
  for (int round = 0; round < 40; ++round) {
    Tokens a(4 + random() % 10), b(4 + random() % 12);
    for (auto& token : a) token = std::int32_t(random() % 4);
    for (auto& token : b) token = std::int32_t(random() % 4);
    const Alignment found = align(a, b);
    EXPECT_EQ(found.score, best_score(a, b));
    EXPECT_LE(found.first.end(), std::int64_t(a.size()));
    EXPECT_LE(found.second.end(), std::int64_t(b.size()));
    EXPECT_LE(found.equal, std::min(found.first.count, found.second.count));
  }
  EXPECT_EQ(align({}, {}).score, 0);
}

}  // namespace
}  // namespace corpuscope::explore
