#include "explore/token_matches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "core/error.h"

namespace corpuscope::explore {
namespace {

using Tokens = std::vector<std::int32_t>;
constexpr std::int32_t separator = 0;

std::vector<TokenMatch> sorted(std::vector<TokenMatch> matches) {
  std::ranges::sort(matches, {}, [](const TokenMatch& m) { return std::tuple(m.later, m.earlier, m.count); });
  return matches;
}

std::vector<TokenMatch> found(const Tokens& tokens, const MatchSettings& settings) {
  core::Job job;
  std::vector<TokenMatch> matches;
  each_match(tokens, settings, job, [&](const TokenMatch& match) { matches.push_back(match); });
  return sorted(matches);
}

// Every pair of places, one diagonal after the other.
std::vector<TokenMatch> by_brute_force(const Tokens& tokens, const MatchSettings& settings) {
  std::vector<int> document;
  int number = 0;
  for (const auto token : tokens) document.push_back(token == settings.separator ? number++ : number);
  const auto size = std::int64_t(tokens.size());
  std::vector<TokenMatch> matches;
  for (std::int64_t distance = 1; distance < size; ++distance)
    for (std::int64_t at = 0; at + distance < size;) {
      std::int64_t count = 0;
      while (at + count + distance < size && tokens[std::size_t(at + count)] == tokens[std::size_t(at + count + distance)] &&
             tokens[std::size_t(at + count)] != settings.separator)
        ++count;
      const bool allowed = !settings.between_documents || document[std::size_t(at)] != document[std::size_t(at + distance)];
      if (count >= settings.least && distance >= count && allowed) matches.push_back({at, at + distance, count});
      at += count + 1;
    }
  return sorted(matches);
}

// Documents of a few different tokens, with pieces of what came before copied into them.
Tokens planted(std::mt19937& random, std::size_t length, int different) {
  Tokens tokens;
  while (tokens.size() < length) {
    const auto count = std::size_t(3 + random() % 40);
    if (tokens.size() > 50 && random() % 3 == 0) {
      const std::size_t from = random() % (tokens.size() - 45);
      for (std::size_t i = 0; i < count; ++i) tokens.push_back(tokens[from + i]);
    } else {
      for (std::size_t i = 0; i < count; ++i) tokens.push_back(std::int32_t(1 + random() % unsigned(different)));
    }
    if (random() % 9 == 0) tokens.push_back(separator);
  }
  return tokens;
}

TEST(TokenMatches, AllMaximalOnesAreFoundAndNoOthers) {
  std::mt19937 random(11);
  std::size_t matches = 0, between = 0;
  for (int round = 0; round < 60; ++round) {
    const Tokens tokens = planted(random, 300 + random() % 900, round % 4 == 0 ? 2 : 3 + int(random() % 60));
    for (const int least : {8, 9, 13, 32})
      for (const bool between_documents : {false, true}) {
        const MatchSettings settings{least, separator, between_documents, 0};
        const auto expected = by_brute_force(tokens, settings);
        ASSERT_EQ(found(tokens, settings), expected) << "round " << round << ", least " << least << ", between " << between_documents;
        (between_documents ? between : matches) += expected.size();
      }
  }
  EXPECT_GT(matches, 5'000u);
  EXPECT_GT(between, 500u);
  EXPECT_GT(matches, between);
}

TEST(TokenMatches, ALimitKeepsTheNearestPlacesOfManyEqualOnes) {
  std::mt19937 random(3);
  Tokens block(40);
  for (auto& token : block) token = std::int32_t(1 + random() % 1000);
  Tokens tokens;
  constexpr int copies = 50;
  for (int copy = 0; copy < copies; ++copy) {
    tokens.insert(tokens.end(), block.begin(), block.end());
    tokens.push_back(2000 + copy);  // so that none grows into the next
  }
  MatchSettings settings{32, separator, false, 8};
  const auto limited = found(tokens, settings);
  settings.most_earlier = 0;
  const auto all = found(tokens, settings);
  EXPECT_EQ(all.size(), std::size_t(copies * (copies - 1) / 2));
  EXPECT_LT(limited.size(), all.size());
  for (const auto& match : all) EXPECT_TRUE(match.later - match.earlier > 8 * 41 || std::ranges::count(limited, match));
  for (const auto& match : limited) EXPECT_TRUE(std::ranges::count(all, match));
}

TEST(TokenMatches, RowsOfOneTokenAreNoRepeatsAndTakeNoTime) {
  const Tokens tokens(200'000, 7);
  EXPECT_TRUE(found(tokens, {32, separator, true, 8}).empty());
  for (const auto& match : found(tokens, {32, separator, false, 8})) EXPECT_GE(match.later - match.earlier, match.count);
}

TEST(TokenMatches, NothingAndLittle) {
  EXPECT_TRUE(found({}, {}).empty());
  EXPECT_TRUE(found({1}, {}).empty());
  EXPECT_TRUE(found({0, 0, 0}, {8, 0, false, 0}).empty());
  const Tokens twice{1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(found(twice, {1, 0, false, 0}), (std::vector<TokenMatch>{{0, 8, 8}}));
}

TEST(TokenMatches, ACancelEndsIt) {
  core::Job job;
  job.cancel();
  const Tokens tokens(1000, 1);
  EXPECT_THROW(each_match(tokens, {}, job, [](const TokenMatch&) {}), core::Cancelled);
}

}  // namespace
}  // namespace corpuscope::explore
