// Places as they are typed, and paths as a table.

#include "explore/path_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "corpus.h"
#include "explore/pattern_answer.h"
#include "explore/place_text.h"

namespace corpuscope::explore {
namespace {

TEST(PlaceText, NumbersLinesAndCounts) {
  const auto token = parse_place("1234+56");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->name, "");
  EXPECT_EQ(token->number, 1234);
  EXPECT_EQ(token->count, 56);
  const auto line = parse_place("books/a:b.txt:12");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->name, "books/a:b.txt");
  EXPECT_EQ(line->number, 12);
  EXPECT_EQ(line->count, 1);
  EXPECT_EQ(parse_place("c++:3+2")->name, "c++");
  for (const char* wrong : {"", "x", "a.txt:", "a.txt:0", "a.txt:-1", ":3", "5+0", "5+-1", "99999999999999999999", "+", "1 2"})
    EXPECT_FALSE(parse_place(wrong)) << wrong;
}

class PathsInACorpus : public testing::Test {
 protected:
  PathsInACorpus() {
    test::write_file(folder_ / "corpus/one/poem.txt", "the first line\nthe \"second\", line\nthe third line\n");
    test::write_file(folder_ / "corpus/two/poem.txt", "another\n");
    test::write_file(folder_ / "corpus/two/prose.txt", "and so on\nand on\n");
    test::open_corpus(folder_ / "corpus", file_);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "w.corpuscope";
};

TEST_F(PathsInACorpus, ALineIsFoundByTheEndOfAName) {
  const auto workspace = workspace::Workspace::open(file_);
  Passages passages(workspace);
  const auto token = [&](const char* text) { return token_of(*parse_place(text), workspace, passages); };
  EXPECT_EQ(token("7"), 7);
  EXPECT_EQ(passages.place(token("one/poem.txt:3")).line, 3);
  EXPECT_EQ(token("prose.txt:2"), token("two/prose.txt:2"));
  EXPECT_THROW(token("poem.txt:1"), core::Error);  // of which there are two
  EXPECT_THROW(token("rose.txt:1"), core::Error);
  EXPECT_THROW(token("prose.txt:9"), core::Error);
}

TEST_F(PathsInACorpus, ATableHasARowForEachStep) {
  const auto workspace = workspace::Workspace::open(file_);
  Passages passages(workspace);
  const workspace::FoundPath structural{{0, 6, 0, 1, 2, 0}};
  const workspace::FoundPath strong{{0, 0, 0, -1, -1, 1}, {0, 6, 1, 0, 1, 0.5f}};
  const std::string table = path_table(structural, {strong}, 2, &passages);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 4);
  EXPECT_THAT(table, testing::HasSubstr("\r\n0,,0,0,6,1,2,,one/poem.txt,1,"));
  EXPECT_THAT(table, testing::HasSubstr("\r\n1,0.0625,0,0,0,,,1,one/poem.txt,1,"));
  EXPECT_THAT(table, testing::HasSubstr("\r\n1,0.0625,1,0,6,0,1,0.5,"));
  EXPECT_THAT(path_table(structural, {}, 2, nullptr), testing::HasSubstr("\r\n0,,0,0,6,1,2,,,,,,,\r\n"));
}

TEST(PatternAnswer, OfAPassageTheNearestToken) {
  const pattern::Pattern pattern{{{8, 1}, {16, 2}}, pattern::OffsetRule::modulo, false, true};
  const auto answer = ask_pattern(pattern, 2, 32, 1, 6, 14);
  ASSERT_TRUE(answer.path);
  EXPECT_EQ(answer.path->size(), 1u);  // from an even one, though token 1 has none as short
  EXPECT_GT(pattern::shortest_path(pattern, 2, 32, 1, 14)->size(), 1u);
  EXPECT_EQ(steps_of(*answer.path).front().to, 14);
  const auto none = ask_pattern(pattern, 2, 32, 7, 1, 8);
  EXPECT_FALSE(none.path);
  EXPECT_TRUE(none.why);
  EXPECT_FALSE(none.cures.empty());
  EXPECT_TRUE(ask_pattern(pattern, 2, 32, 3, 4, 5).path);  // which ends behind the token
}

}  // namespace
}  // namespace corpuscope::explore
