#include "fixture.h"

namespace corpuscope::workspace {
namespace {

TEST(Questions, AreKeptWithTheirRunAndListedFromTheNewest) {
  test::TemporaryFolder folder;
  auto workspace = Workspace::open(folder / "w.corpuscope", true);
  put(workspace, "a", "aaaaa");
  tokenize(workspace);
  const auto run = make_run(workspace);
  auto& writer = workspace.writer();
  const std::string hostile("answer \0 with a zero", 20);
  const auto first = writer.put_question({0, run, 1000, 3, "Who?", hostile, "{}"});
  const auto second = writer.put_question({0, run, 2000, 6, "Why?", "", "{}"});
  writer.put_question({second, run, 0, 0, "", "Because.", R"({"more": 1})"});
  auto all = workspace.questions();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].question, "Why?");
  EXPECT_EQ(all[0].answer, "Because.");
  EXPECT_EQ(all[0].details, R"({"more": 1})");
  EXPECT_EQ(all[0].asked_at, 2000);
  EXPECT_EQ(all[1].answer, hostile);
  EXPECT_EQ(all[1].as_of, 3);
  writer.remove_question(first);
  EXPECT_EQ(workspace.questions().size(), 1u);
  EXPECT_THROW(writer.put_question({0, 77, 1, 1, "Who?", "", ""}), core::Error);
  put(workspace, "b", "b");  // another sequence: the run goes, and what was asked of it
  tokenize(workspace);
  EXPECT_TRUE(workspace.runs().empty());
  EXPECT_TRUE(workspace.questions().empty());
}

}  // namespace
}  // namespace corpuscope::workspace
