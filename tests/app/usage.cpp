// What the program says about itself, and about what it cannot do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/program.h"

namespace corpuscope {
namespace {

using test::run;
using test::Words;
using testing::HasSubstr;

constexpr int done = 0, failed = 1, wrong_usage = 2;

TEST(Usage, HelpOfEveryCommandIsOnStandardOutput) {
  const std::vector<Words> commands = {{},
                                       {"open"},
                                       {"read"},
                                    {"reach"},
                                    {"search", "-w", "file", "whale", "--as-of"},
                                    {"path", "-w", "file", "--from", "1", "--to", "2", "--check"},
                                    {"ask", "-w", "file", "Who?", "--how", "0"},
                                       {"reach"},
                                       {"search"},
                                       {"collocates"},
                                       {"ngrams"},
                                       {"keyness"},
                                       {"like"},
                                       {"echoes"},
                                       {"twists"},
                                       {"dispersion"},
                                       {"info"},
                                       {"export"},
                                       {"export", "text"},
                                       {"report"},
                                       {"pattern"},
                                       {"path"},
                                       {"bookmarks"},
                                       {"ask"},
                                       {"inspect"},
                                       {"check"},
                                       {"check", "attention"},
                                       {"check", "model"},
                                       {"bench"},
                                       {"bench", "attention"},
                                       {"bench", "read"},
                                       {"devices"},
                                       {"model"},
                                       {"model", "list"},
                                       {"model", "show"},
                                       {"model", "import"},
                                       {"train"},
                                       {"train", "model"},
                                       {"train", "tokenizer"}};
  for (auto command : commands) {
    SCOPED_TRACE(testing::PrintToString(command));
    command.push_back("--help");
    const auto answer = run(command);
    EXPECT_EQ(answer.code, done);
    EXPECT_THAT(answer.out, HasSubstr("Usage: corpuscope"));
    EXPECT_EQ(answer.err, "");
  }
}

TEST(Usage, TheFirstHelpNamesEveryCommand) {
  const auto help = run({"--help"}).out;
  for (const char* command :
       {"open", "read", "reach", "search", "like", "echoes", "twists", "info", "export", "report", "pattern", "ask", "inspect", "path", "bookmarks",
        "check", "bench",
        "devices", "model", "train"})
    EXPECT_THAT(help, HasSubstr(std::string("\n  ") + command + " ")) << command;
}

TEST(Usage, Version) {
  const auto answer = run({"--version"});
  EXPECT_EQ(answer.code, done);
  EXPECT_THAT(answer.out, testing::MatchesRegex("corpuscope [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Usage, WrongUsageIsExitCodeTwoWithAMessage) {
  const std::vector<Words> wrong = {{"open"},
                                    {"open", "folder", "another"},
                                    {"open", "--no-such-option", "folder"},
                                    {"info"},
                                    {"info", "-w"},
                                    {"search", "-w", "file"},
                                    {"search", "-w", "file", "--limit", "0", "word"},
                                    {"search", "-w", "file", "--limit", "many", "word"},
                                    {"search", "-w", "file", "\"never closed"},
                                    {"search", "-w", "file", "whale AND"},
                                    {"search", "-w", "file", "--sort", "L9", "word"},
                                    {"search", "-w", "file", "--batch", "questions"},
                                    {"keyness", "-w", "file"},
                                    {"like", "-w", "file"},
                                    {"echoes", "-w", "file", "--min-tokens", "3"},
                                    {"echoes", "-w", "file", "--sort", "nicest"},
                                    {"echoes", "-w", "file", "--stored"},
                                    {"twists", "-w", "file", "--every", "--bits", "3"},
                                    {"twists", "-w", "file", "--limit", "0"},
                                    {"export"},
                                    {"export", "pictures"},
                                    {"export", "text", "-w", "file"},
                                    {"check"},
                                    {"check", "attention"},
                                    {"bench"},
                                    {"bench", "attention", "--levels", "64:x"},
                                    {"bench", "attention", "--levels", "64:0"},
                                    {"bench", "attention", "--heads", "3", "--kv-heads", "2"},
                                    {"bench", "attention", "--kernel", "abacus"},
                                    {"bench", "attention", "--length", "0"},
                                    {"bench", "read", "--tokens", "0"},
                                    {"devices", "gpu:0"},
                                    {"train"},
                                    {"read"},
                                    {"read", "-w", "file", "--detail", "enormous"}};
  for (const auto& words : wrong) {
    SCOPED_TRACE(testing::PrintToString(words));
    const auto answer = run(words);
    EXPECT_EQ(answer.code, wrong_usage);
    EXPECT_EQ(answer.out, "");
    EXPECT_THAT(answer.err, HasSubstr("--help"));
  }
}

class NoWorkspace : public testing::Test {
 protected:
  // Every command that asks a workspace something, on this one: message and exit code, nothing made.
  void expect_refused(const std::filesystem::path& workspace, const std::string& why) {
    std::vector<Words> commands = {{"info", "-w", workspace},
                                   {"info", "--json", "-w", workspace},
                                   {"search", "-w", workspace, "word"},
                                   {"like", "-w", workspace, "--part", "0,5"},
                                   {"echoes", "-w", workspace},
                                   {"twists", "-w", workspace},
                                   {"export", "text", "-w", workspace, place_ / "out"},
                                   {"read", "-w", workspace}};
#ifdef CORPUSCOPE_WITH_UI  // which draws the report's pictures
    commands.push_back({"report", "-w", workspace, place_ / "report.html"});
#endif
    for (const auto& command : commands) {
      SCOPED_TRACE(testing::PrintToString(command));
      const auto answer = run(command);
      EXPECT_EQ(answer.code, failed);
      EXPECT_EQ(answer.out, "");
      EXPECT_THAT(answer.err, HasSubstr("corpuscope: "));
      EXPECT_THAT(answer.err, HasSubstr(workspace.string()));
      EXPECT_THAT(answer.err, HasSubstr(why));
      EXPECT_FALSE(std::filesystem::exists(place_ / "out"));
      EXPECT_FALSE(std::filesystem::exists(place_ / "report.html"));
    }
  }

  test::TemporaryFolder place_;
};

TEST_F(NoWorkspace, Missing) {
  expect_refused(place_ / "missing.corpuscope", "");
  EXPECT_FALSE(std::filesystem::exists(place_ / "missing.corpuscope"));
}

TEST_F(NoWorkspace, SomeOtherFile) {
  test::write_file(place_ / "notes.txt", "no workspace at all\n");
  expect_refused(place_ / "notes.txt", "is no workspace");
  EXPECT_EQ(test::read_file(place_ / "notes.txt"), "no workspace at all\n");
}

TEST_F(NoWorkspace, CutInTheMiddle) {
  test::write_file(place_ / "corpus/a.txt", "some words\n");
  const auto workspace = place_ / "cut.corpuscope";
  ASSERT_EQ(run({"open", place_ / "corpus", "-w", workspace, "-q"}).code, done);
  std::filesystem::resize_file(workspace, std::filesystem::file_size(workspace) / 2);
  expect_refused(workspace, "damaged");
}

TEST_F(NoWorkspace, AFolderThatWasNeverOpened) {
  std::filesystem::create_directories(place_ / "folder");
  ::setenv("XDG_DATA_HOME", (place_ / "data").c_str(), 1);
  expect_refused(place_ / "folder", "corpuscope open ");
}

TEST_F(NoWorkspace, AFolderThatIsNotThereIsNotOpened) {
  const auto answer = run({"open", place_ / "nothing", "-w", place_ / "w.corpuscope"});
  EXPECT_EQ(answer.code, failed);
  EXPECT_THAT(answer.err, HasSubstr((place_ / "nothing").string()));
  EXPECT_FALSE(std::filesystem::exists(place_ / "w.corpuscope"));
}

}  // namespace
}  // namespace corpuscope
