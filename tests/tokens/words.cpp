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

}  // namespace
}  // namespace corpuscope
