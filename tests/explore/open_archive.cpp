// Archives among the files of a folder: each member is a document.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "archives.h"
#include "core/error.h"
#include "explore/corpus.h"

namespace corpuscope {
namespace {

namespace fs = std::filesystem;
using test::open_corpus;
using test::write_file;

class OpeningArchives : public testing::Test {
 protected:
  std::string fresh_state() {
    const test::TemporaryFolder elsewhere;
    open_corpus(folder_, elsewhere / "fresh.corpuscope");
    return test::state_of(elsewhere / "fresh.corpuscope");
  }
  std::map<std::string, std::string> texts() { return test::texts_of(workspace_); }
  std::map<std::string, std::string> skipped() { return test::skipped_in(workspace_); }

  test::TemporaryFolder place_;
  fs::path folder_ = place_ / "corpus", workspace_ = place_ / "corpus.corpuscope";
};

TEST_F(OpeningArchives, MembersAreDocuments) {
  const auto inner = test::tar({{"c.txt", "three\n"}}, archive_write_add_filter_gzip);
  write_file(folder_ / "z.zip",
             test::zip({{"a.txt", "one\n"}, {"sub/b.html", "<p>two</p>"}, {"i.tgz", inner}, {"e", ""}}));
  write_file(folder_ / "alone.txt.gz", test::compressed("four\n"));
  write_file(folder_ / "plain.txt", "five\n");
  EXPECT_EQ(open_corpus(folder_, workspace_).read, 5);
  EXPECT_EQ(texts(), (std::map<std::string, std::string>{{"alone.txt.gz", "four\n"},
                                                         {"plain.txt", "five\n"},
                                                         {"z.zip/a.txt", "one\n"},
                                                         {"z.zip/i.tgz/c.txt", "three\n"},
                                                         {"z.zip/sub/b.html", "two\n"}}));
  EXPECT_EQ(skipped(), (std::map<std::string, std::string>{{"z.zip/e", "empty file"}}));
}

TEST_F(OpeningArchives, UnchangedOnesAreNotReadAgainAndTheirSkippedMembersStayListed) {
  write_file(folder_ / "z.zip", test::zip({{"a.txt", "one\n"}, {"b.txt", "two\n"}, {"e", ""}}));
  open_corpus(folder_, workspace_);
  const auto before = test::state_of(workspace_);
  const auto again = open_corpus(folder_, workspace_);
  EXPECT_EQ(again.read, 0);
  EXPECT_EQ(again.unchanged, 1) << "one file";
  EXPECT_EQ(test::state_of(workspace_), before);
}

TEST_F(OpeningArchives, ChangedMembersAloneAreReadAgain) {
  write_file(folder_ / "z.zip", test::zip({{"a.txt", "one\n"}, {"b.txt", "two\n"}, {"c.txt", "three\n"}}));
  open_corpus(folder_, workspace_);
  write_file(folder_ / "z.zip", test::zip({{"a.txt", "one\n"}, {"b.txt", "changed\n"}, {"d.txt", "new\n"}}));
  const auto result = open_corpus(folder_, workspace_);
  EXPECT_EQ(result.read, 2);
  EXPECT_EQ(result.unchanged, 1);
  EXPECT_EQ(result.removed, 1);
  EXPECT_EQ(test::state_of(workspace_), fresh_state());
}

TEST_F(OpeningArchives, FollowWhatBecomesOfTheFile) {
  write_file(folder_ / "z.zip", test::zip({{"a.txt", "one\n"}, {"b.txt", "two\n"}}));
  open_corpus(folder_, workspace_);
  write_file(folder_ / "z.zip", "now a text\n");
  open_corpus(folder_, workspace_);
  EXPECT_EQ(texts(), (std::map<std::string, std::string>{{"z.zip", "now a text\n"}}));
  write_file(folder_ / "z.zip", test::zip({{"a.txt", "one again\n"}}));
  open_corpus(folder_, workspace_);
  EXPECT_EQ(texts(), (std::map<std::string, std::string>{{"z.zip/a.txt", "one again\n"}}));
  fs::remove(folder_ / "z.zip");
  write_file(folder_ / "z.zip/a.txt", "a folder of that name\n");
  open_corpus(folder_, workspace_);
  EXPECT_EQ(texts(), (std::map<std::string, std::string>{{"z.zip/a.txt", "a folder of that name\n"}}));
  fs::remove_all(folder_ / "z.zip");
  write_file(folder_ / "other.txt", "other\n");
  open_corpus(folder_, workspace_);
  EXPECT_EQ(texts(), (std::map<std::string, std::string>{{"other.txt", "other\n"}}));
}

TEST_F(OpeningArchives, ABombIsOneLine) {
  write_file(folder_ / "z.zip", test::zip({{"a.txt", "one\n"}, {"b", std::string(20 << 20, '0')}}));
  write_file(folder_ / "plain.txt", "five\n");
  open_corpus(folder_, workspace_);
  EXPECT_EQ(texts(), (std::map<std::string, std::string>{{"plain.txt", "five\n"}}));
  EXPECT_EQ(skipped(),
            (std::map<std::string, std::string>{{"z.zip", "unpacks to more than 16 MiB, over 100 times its size"}}));
}

// Stopped after some members were written, the archive must not pass for one that was read.
TEST_F(OpeningArchives, StoppedBetweenMembersItIsReadAgain) {
  test::Members members;
  std::string words;
  while (words.size() < 3 << 20) words += "the word ";
  for (int i = 0; i < 8; ++i) members.emplace_back(std::to_string(i) + ".txt", words + std::to_string(i));
  write_file(folder_ / "z.tar", test::tar(members));
  core::Job* running = nullptr;
  core::Job job([&](const core::Progress& progress) {
    if (progress.stage == "reading files" && progress.done > 12 << 20) running->cancel();
  });
  running = &job;
  EXPECT_THROW(explore::open_corpus(folder_, workspace_, {}, job), core::Cancelled);
  const auto written = texts().size();
  EXPECT_GT(written, 0u);
  EXPECT_LT(written, members.size());
  EXPECT_EQ(open_corpus(folder_, workspace_).read, std::int64_t(members.size() - written));
  EXPECT_EQ(texts().size(), members.size());
  EXPECT_EQ(open_corpus(folder_, workspace_).unchanged, 1);
}

}  // namespace
}  // namespace corpuscope
