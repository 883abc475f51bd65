#include "text/lines.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace corpuscope {
namespace {

using text::Lines;

void expect_at(const Lines& lines, std::int64_t offset, std::int64_t line, std::int64_t column) {
  const auto at = lines.at(offset);
  EXPECT_EQ(at.line, line) << "offset " << offset;
  EXPECT_EQ(at.column, column) << "offset " << offset;
}

TEST(Lines, EveryKindOfLineEnd) {
  const std::string text = "one\rtwo\ntwo-a\r\nthree\n\rfour\r\r\n\n";
  const Lines lines(text);
  const std::vector<std::int64_t> starts = {0, 4, 8, 15, 21, 22, 27, 29, 30};
  ASSERT_EQ(lines.count(), std::int64_t(starts.size()));
  for (std::size_t i = 0; i < starts.size(); ++i) EXPECT_EQ(lines.start(std::int64_t(i) + 1), starts[i]);
  EXPECT_EQ(lines.start(100), std::int64_t(text.size()));
  expect_at(lines, 0, 1, 1);
  expect_at(lines, 3, 1, 4);
  expect_at(lines, 4, 2, 1);
  expect_at(lines, 14, 3, 7);  // the newline of "\r\n"
  expect_at(lines, 30, 9, 1);
}

TEST(Lines, ColumnsCountCodePoints) {
  const std::string text = "aé名😀b\nx";
  const Lines lines(text);
  expect_at(lines, 1, 1, 2);
  expect_at(lines, 3, 1, 3);
  expect_at(lines, 6, 1, 4);
  expect_at(lines, 10, 1, 5);
  expect_at(lines, 12, 2, 1);
}

TEST(Lines, EmptyText) {
  const Lines lines("");
  EXPECT_EQ(lines.count(), 1);
  expect_at(lines, 0, 1, 1);
  expect_at(lines, 5, 1, 1);
}

TEST(Lines, AgreeWithAWalkByteForByte) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = int(random() % 30); i > 0; --i) text += "ab\n\r"[random() % 4];
    const Lines lines(text);
    std::int64_t line = 1, column = 1;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      expect_at(lines, std::int64_t(i), line, column);
      if (i == text.size()) break;
      const bool ends = text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
      line += ends;
      column = ends ? 1 : column + 1;
    }
    ASSERT_EQ(lines.count(), line);
    if (testing::Test::HasFailure()) FAIL() << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace corpuscope
