#include "tokens/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace corpuscope {
namespace {

std::vector<std::string> stretches(const std::string& text) {
  std::vector<std::string> all;
  tokens::Words words(text);
  for (auto stretch = words.next(); !stretch.bytes.empty(); stretch = words.next()) {
    EXPECT_EQ(stretch.blank, stretch.bytes.find_first_not_of(" \t\r\n") == std::string_view::npos);
    all.emplace_back(stretch.bytes);
  }
  return all;
}

using testing::ElementsAre;

TEST(Words, AWordTakesOneSpaceAlong) {
  EXPECT_THAT(stretches("the cat"), ElementsAre("the", " cat"));
  EXPECT_THAT(stretches("  if x:\n\n    y  "), ElementsAre(" ", " if", " x", ":", "\n\n   ", " y", "  "));
  EXPECT_THAT(stretches("a\tb"), ElementsAre("a", "\t", "b"));
  EXPECT_THAT(stretches(" "), ElementsAre(" "));
  EXPECT_THAT(stretches(""), ElementsAre());
}

TEST(Words, CutsWhereNoPieceReachesAcross) {
  EXPECT_THAT(stretches("foo(bar2, 17);"), ElementsAre("foo", "(", "bar", "2", ",", " 1", "7", ");"));
  EXPECT_THAT(stretches("don’t “go”."), ElementsAre("don’t", " “go”."));
}

TEST(Words, LongWordsAreCutBetweenCharacters) {
  for (int shift = 0; shift < 4; ++shift) {
    std::string text(std::size_t(shift), 'x');
    for (int i = 0; i < 1000; ++i) text += "\xF0\x9F\x90\x8B";
    for (const auto& stretch : stretches(text)) {
      EXPECT_LE(stretch.size(), 128u);
      EXPECT_GE(stretch.size(), 1u);
      EXPECT_NE(static_cast<unsigned char>(stretch.front()) & 0xC0, 0x80) << "cut inside a character";
    }
  }
}

TEST(Words, AddUpToTheText) {
  std::mt19937 random(9);
  for (int round = 0; round < 5000; ++round) {
    std::string text, sum;
    for (auto count = random() % 300; count > 0; --count)
      text += random() % 3 ? "ab1.\x80 \n"[random() % 7] : char(random());
    for (const auto& stretch : stretches(text)) sum += stretch;
    ASSERT_EQ(sum, text);
  }
}

TEST(Words, ATextCutInTwoGivesTheSameStretches) {
  std::mt19937 random(4);
  const std::string grains[] = {"é", "a", "word", " ", "\n", "1", ".", "  ", "\x80"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const auto kinds = 1 + random() % std::size(grains);  // few kinds: nowhere a cheap place to cut
    while (text.size() < 12'000) text += grains[random() % kinds];
    const auto least = 1 + random() % 13'000;
    const auto cut = tokens::cut_between_stretches(text, least);
    ASSERT_GE(cut, std::min(least, text.size()));
    ASSERT_LE(cut, text.size());
    ASSERT_LE(cut, kinds > 2 ? least + 4096 : text.size());
    auto both = stretches(text.substr(0, cut));
    for (auto& stretch : stretches(text.substr(cut))) both.push_back(std::move(stretch));
    ASSERT_EQ(both, stretches(text));
  }
}

}  // namespace
}  // namespace corpuscope
