#include "pattern/density.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace corpuscope::pattern {
namespace {

struct Case {
  Pattern pattern;
  int heads;
  std::int64_t length;
};

// Random patterns, with segments that divide nothing, and lengths down to one.
Case random_case(std::mt19937& random) {
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  Case c;
  c.heads = int(pick(1, 7));
  c.length = pick(1, 70);
  const int levels = int(pick(1, 3));
  for (int k = 0; k < levels; ++k) {
    const std::int64_t segment = pick(1, 40);
    c.pattern.levels.push_back({segment, k == 0 ? 1 : pick(1, segment)});
  }
  c.pattern.rule = static_cast<OffsetRule>(pick(0, 2));
  c.pattern.staggered = pick(0, 1) == 1;
  c.pattern.causal = pick(0, 1) == 1;
  return c;
}

TEST(Density, CountsAsOneByOneInRandomRectangles) {
  std::mt19937 random(1);
  for (int round = 0; round < 4000; ++round) {
    const Case c = random_case(random);
    const int level = int(random() % c.pattern.levels.size()), head = int(random() % unsigned(c.heads));
    // Also rectangles that stick out on any side, or are empty.
    const auto pick = [&] { return std::int64_t(random() % 90) - 10; };
    const Rectangle r{pick(), std::int64_t(random() % 80), pick(), std::int64_t(random() % 80)};
    std::uint64_t expected = 0;
    for (std::int64_t q = std::max<std::int64_t>(r.query, 0); q < std::min(r.query + r.queries, c.length); ++q)
      for (std::int64_t k = std::max<std::int64_t>(r.key, 0); k < std::min(r.key + r.keys, c.length); ++k)
        expected += sees(c.pattern, level, head, c.heads, q, k);
    ASSERT_EQ(std::uint64_t(pairs_in(c.pattern, level, head, c.heads, c.length, r)), expected)
        << "round " << round << " level " << level << " head " << head << " length " << c.length;
  }
}

TEST(Density, PartsOfAHugeMatrixAddUpToTheWhole) {
  const std::int64_t length = (std::int64_t(1) << 40) - 12345;
  Pattern pattern = extended({{{2048, 1}, {4096, 2}}, OffsetRule::both_ends, true, true}, length);
  const std::int64_t cut_query = length / 3 + 7, cut_key = length / 5 - 3;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < 3; ++head) {
      const auto count = [&](const Rectangle& r) { return pairs_in(pattern, level, head, 8, length, r); };
      const PairCount whole = count({0, length, 0, length});
      const PairCount parts = count({0, cut_query, 0, cut_key}) + count({0, cut_query, cut_key, length - cut_key}) +
                              count({cut_query, length - cut_query, 0, cut_key}) +
                              count({cut_query, length - cut_query, cut_key, length - cut_key});
      EXPECT_TRUE(whole == parts) << "level " << level << " head " << head;
      EXPECT_TRUE(whole > 0);
    }
}

TEST(Density, TheWholeSquareAtTheLargestLengthDoesNotOverflow) {
  const std::int64_t length = std::int64_t(1) << 40;
  const Pattern dense{{{length, 1}}, OffsetRule::modulo, false, false};
  EXPECT_TRUE(pairs_in(dense, 0, 0, 1, length, {0, length, 0, length}) == PairCount(length) * PairCount(length));
}

// The share of a pixel by adding up the parts of single positions that it covers.
double share_one_by_one(const Case& c, int level, int head, const Raster& r, int x, int y) {
  const double q0 = r.query + y * r.step, q1 = q0 + r.step, k0 = r.key + x * r.step, k1 = k0 + r.step;
  double sum = 0;
  for (std::int64_t q = 0; q < c.length; ++q) {
    const double rows = std::min(q1, double(q + 1)) - std::max(q0, double(q));
    if (rows <= 0) continue;
    for (std::int64_t k = 0; k < c.length; ++k) {
      const double columns = std::min(k1, double(k + 1)) - std::max(k0, double(k));
      if (columns <= 0) continue;
      int seen = 0;
      for (int h = 0; h < c.heads; ++h)
        if (head < 0 || h == head) seen += sees(c.pattern, level, h, c.heads, q, k);
      sum += rows * columns * seen / (head < 0 ? c.heads : 1);
    }
  }
  return sum / (r.step * r.step);
}

TEST(Density, PixelsCoverWhatTheirPositionsSee) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 400; ++round) {
    const Case c = random_case(random);
    const int level = int(random() % c.pattern.levels.size());
    const int head = int(random() % unsigned(c.heads + 1)) - 1;
    // From a fifth of a position a pixel to more than the whole sequence.
    Raster r{unit(random) * 60 - 8, unit(random) * 60 - 8, 0.2 * std::pow(2, 9 * unit(random)), 9, 7};
    const Coverage got = coverage(c.pattern, level, head, c.heads, c.length, r);
    for (int y = 0; y < r.height; ++y)
      for (int x = 0; x < r.width; ++x) {
        const double share = got.shares[std::size_t(y * r.width + x)];
        const double expected = share_one_by_one(c, level, head, r, x, y);
        ASSERT_NEAR(share, expected, 1e-5) << "round " << round << " pixel " << x << ' ' << y << " step " << r.step;
        const auto [from, to] = got.spans[std::size_t(y)];
        ASSERT_TRUE(expected < 1e-6 || (x >= from && x < to)) << "round " << round;
      }
  }
}

// Pixels that hold many rows, at whole and at broken borders: the broken ones lie between those of the whole ones.
TEST(Density, LargePixelsCoverWhatIsCountedInThem) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    Case c = random_case(random);
    for (auto& level : c.pattern.levels) level.segment *= 1 + std::int64_t(random() % 400);
    c.length = 1 + std::int64_t(random() % 60'000);
    const int level = int(random() % c.pattern.levels.size()), head = int(random() % unsigned(c.heads));
    const std::int64_t step = 1 + std::int64_t(random() % 900);
    const Raster r{double(random() % 30'000), double(random() % 30'000), double(step), 12, 9};
    const Coverage got = coverage(c.pattern, level, head, c.heads, c.length, r);
    for (int y = 0; y < r.height; ++y)
      for (int x = 0; x < r.width; ++x) {
        const Rectangle pixel{std::int64_t(r.query) + y * step, step, std::int64_t(r.key) + x * step, step};
        const double expected = double(pairs_in(c.pattern, level, head, c.heads, c.length, pixel)) / double(step * step);
        ASSERT_NEAR(got.shares[std::size_t(y * r.width + x)], expected, 1e-5) << "round " << round << " step " << step;
      }
  }
}

// Far out, the shares of all pixels, times their area, are all the pairs there are.
TEST(Density, ABillionPositionsOnAFewPixelsLoseNoPair) {
  const std::int64_t length = 1'000'000'007;
  const Pattern pattern = extended({{{512, 1}, {1024, 2}}, OffsetRule::modulo, true, true}, length);
  const Raster raster{0, 0, double(length) / 300, 300, 300};
  for (int level = 0; level < int(pattern.levels.size()); ++level) {
    const Coverage got = coverage(pattern, level, -1, 6, length, raster);
    double sum = 0;
    for (const float share : got.shares) sum += double(share);
    sum *= raster.step * raster.step;
    double expected = 0;
    for (int head = 0; head < 6; ++head)
      expected += double(pairs_in(pattern, level, head, 6, length, {0, length, 0, length})) / 6;
    EXPECT_NEAR(sum / expected, 1, 1e-4) << "level " << level;
  }
}

TEST(Density, EmptyPicturesAndSequencesAreEmpty) {
  const Pattern pattern{{{16, 1}}, OffsetRule::modulo, false, true};
  EXPECT_TRUE(coverage(pattern, 0, -1, 4, 100, {0, 0, 1, 0, 5}).shares.empty());
  const Coverage none = coverage(pattern, 0, -1, 4, 0, {0, 0, 1, 3, 3});
  EXPECT_EQ(none.shares, std::vector<float>(9, 0.0F));
  EXPECT_TRUE(pairs_in(pattern, 0, 0, 4, 0, {0, 10, 0, 10}) == 0);
}

}  // namespace
}  // namespace corpuscope::pattern
