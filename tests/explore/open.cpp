#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>
#include <set>

#include "core/error.h"
#include "explore/corpus.h"
#include "explore/writing_lock.h"

namespace corpuscope {
namespace {

namespace fs = std::filesystem;
using test::open_corpus;
using test::write_file;

class Opening : public testing::Test {
 protected:
  // What a workspace made anew would hold; an updated one must hold the same.
  std::string fresh_state() {
    const test::TemporaryFolder elsewhere;
    open_corpus(folder_, elsewhere / "fresh.corpuscope");
    return test::state_of(elsewhere / "fresh.corpuscope");
  }

  test::TemporaryFolder place_;
  fs::path folder_ = place_ / "corpus", workspace_ = place_ / "sub/corpus.corpuscope";
};

TEST_F(Opening, GivesTheTextOfEveryFileInTheOrderOfNames) {
  write_file(folder_ / "b.txt", "second\n");
  write_file(folder_ / "a/x.md", "# first\r\nünï\n");
  write_file(folder_ / "c.txt", std::string("\xff\xfeh\0i\0\n\0", 8));
  EXPECT_EQ(open_corpus(folder_, workspace_).read, 3);
  const auto workspace = workspace::Workspace::open(workspace_);
  const auto documents = workspace.documents();
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[0].name, "a/x.md");
  EXPECT_EQ(workspace.text(documents[0].id), "# first\r\nünï\n");
  EXPECT_EQ(workspace.text(documents[2].id), "hi\n");
  EXPECT_EQ(documents[0].first_token, 0);
  EXPECT_EQ(documents[1].first_token, documents[0].tokens + 1);
  EXPECT_EQ(workspace.summary().tokens, documents[2].first_token + documents[2].tokens + 1);
  EXPECT_TRUE(workspace.summary().text_complete);
  EXPECT_TRUE(workspace.summary().tokens_complete);
}

TEST_F(Opening, TwiceReadsNothingAgain) {
  test::write_corpus(folder_, 60);
  const auto first = open_corpus(folder_, workspace_);
  const auto before = test::state_of(workspace_);
  const auto second = open_corpus(folder_, workspace_);
  EXPECT_EQ(second.read, 0);
  EXPECT_EQ(second.removed, 0);
  EXPECT_EQ(second.unchanged, first.read);
  EXPECT_EQ(test::state_of(workspace_), before);
}

TEST_F(Opening, FindsChangedNewAndDeletedFiles) {
  test::write_corpus(folder_, 40);
  open_corpus(folder_, workspace_);
  write_file(folder_ / "part1/file1.txt", "changed\n");
  write_file(folder_ / "new/file.txt", "new\n");
  fs::remove(folder_ / "part2/file2.txt");
  const auto result = open_corpus(folder_, workspace_);
  EXPECT_EQ(result.read, 2);
  EXPECT_EQ(result.removed, 1);
  EXPECT_EQ(test::state_of(workspace_), fresh_state());
}

TEST_F(Opening, FindsAChangeThatKeepsTheSize) {
  write_file(folder_ / "a.txt", "one\n");
  open_corpus(folder_, workspace_);
  write_file(folder_ / "a.txt", "two\n");
  EXPECT_EQ(open_corpus(folder_, workspace_).read, 1);
  EXPECT_EQ(test::texts_of(workspace_)["a.txt"], "two\n");
}

TEST_F(Opening, AFileThatWasOnlyTouchedKeepsItsTokens) {
  write_file(folder_ / "a.txt", "one\n");
  open_corpus(folder_, workspace_);
  fs::last_write_time(folder_ / "a.txt", fs::file_time_type::clock::now() + std::chrono::hours(1));
  const auto result = open_corpus(folder_, workspace_);
  EXPECT_EQ(result.read, 0);
  EXPECT_EQ(result.unchanged, 1);
  EXPECT_EQ(test::state_of(workspace_), fresh_state());
}

TEST_F(Opening, AFileThatIsNoTextAnyLongerLeavesAndComesBack) {
  write_file(folder_ / "a.txt", "text\n");
  write_file(folder_ / "b.txt", "more\n");
  open_corpus(folder_, workspace_);
  write_file(folder_ / "a.txt", std::string("\x7f"
                                            "ELF\0\1\2\3",
                                            8));
  EXPECT_EQ(open_corpus(folder_, workspace_).removed, 1);
  EXPECT_EQ(test::texts_of(workspace_).size(), 1u);
  EXPECT_TRUE(test::skipped_in(workspace_).contains("a.txt"));
  write_file(folder_ / "a.txt", "text again\n");
  open_corpus(folder_, workspace_);
  EXPECT_FALSE(test::skipped_in(workspace_).contains("a.txt"));
  EXPECT_EQ(test::state_of(workspace_), fresh_state());
}

TEST_F(Opening, AnEmptyFolderIsAnEmptyCorpus) {
  fs::create_directories(folder_);
  open_corpus(folder_, workspace_);
  const auto summary = workspace::Workspace::open(workspace_).summary();
  EXPECT_EQ(summary.documents, 0);
  EXPECT_EQ(summary.tokens, 0);
  EXPECT_TRUE(summary.text_complete);
}

TEST_F(Opening, RefusesWhatIsNotThereAndTheWorkspaceOfAnotherFolder) {
  EXPECT_THROW(open_corpus(place_ / "nothing", workspace_), core::Error);
  write_file(folder_ / "a.txt", "text\n");
  open_corpus(folder_, workspace_);
  fs::create_directories(place_ / "other");
  EXPECT_THROW(open_corpus(place_ / "other", workspace_), core::Error);
  EXPECT_EQ(test::texts_of(workspace_).size(), 1u);
}

TEST_F(Opening, ASecondWriterIsToldSo) {
  write_file(folder_ / "a.txt", "text\n");
  open_corpus(folder_, workspace_);
  {
    const explore::WritingLock held(workspace_);
    EXPECT_THROW(open_corpus(folder_, workspace_), core::Error);
  }
  EXPECT_FALSE(fs::exists(workspace_.string() + ".lock"));
  EXPECT_EQ(open_corpus(folder_, workspace_).unchanged, 1);
}

// Cancelled at every report of progress that a slow run happens to make, then finished.
TEST_F(Opening, CancelledAnywhereItGoesOnToTheSameResult) {
  test::write_corpus(folder_, 150);
  write_file(folder_ / "large.txt", std::string(6 << 20, 'x') + std::string(2 << 20, ' ') + "end\n");
  int stopped = 0;
  for (int reports = 1;; ++reports) {
    int left = reports;
    core::Job* running = nullptr;
    core::Job job([&](const core::Progress&) {
      if (--left == 0) running->cancel();
    });
    running = &job;
    try {
      explore::open_corpus(folder_, workspace_, {}, job);
      break;
    } catch (const core::Cancelled&) {
      ++stopped;
      workspace::Workspace::open(workspace_).documents();
    }
  }
  EXPECT_GT(stopped, 2);
  EXPECT_EQ(test::state_of(workspace_), fresh_state());
}

TEST_F(Opening, UnreadableFilesAreListed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write_file(folder_ / "a.txt", "text\n");
  write_file(folder_ / "secret.txt", "text\n");
  ::chmod((folder_ / "secret.txt").c_str(), 0);
  open_corpus(folder_, workspace_);
  EXPECT_EQ(test::skipped_in(workspace_)["secret.txt"], "no permission");
}

TEST_F(Opening, AnotherTokenizerMakesOtherTokensOfTheSameText) {
  write_file(folder_ / "a.txt", "text and text and text\n");
  open_corpus(folder_, workspace_);
  const auto before = test::state_of(workspace_);
  core::Job job;
  EXPECT_THROW(explore::open_corpus(folder_, workspace_, {folder_ / "a.txt"}, job), core::Error);
  EXPECT_EQ(test::state_of(workspace_), before);
}

// Every file is either a document or listed with a reason.
TEST_F(Opening, HostileFilesAreReadOrListed) {
  const auto shared = test::shared_folder();
  if (!shared) GTEST_SKIP() << "the hostile files are not here";
  const std::string make =
      "python3 '" + (*shared / "corpora/make_hostile.py").string() + "' '" + folder_.string() + "' --big > /dev/null";
  if (std::system(make.c_str()) != 0) GTEST_SKIP() << "the hostile files cannot be made";
  fs::resize_file(folder_ / "one-line-200MB.txt", 20'000'000);
  open_corpus(folder_, workspace_);
  const auto texts = test::texts_of(workspace_), skipped = test::skipped_in(workspace_);
  std::set<std::string> listed;  // the files themselves, whether they are documents or archives of documents
  for (const auto* all : {&texts, &skipped})
    for (const auto& [name, text] : *all)
      listed.insert(name.substr(0, name.find(".zip/") == name.npos ? name.npos : name.find(".zip/") + 4));
  std::size_t entries = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (entry.is_directory() && !entry.is_symlink()) continue;
    ++entries;
    const auto name = entry.path().lexically_relative(folder_).string();
    if (name.find('\xff') == std::string::npos) {
      EXPECT_TRUE(listed.contains(name)) << name;
      EXPECT_FALSE(texts.contains(name) && skipped.contains(name)) << name;
    }
  }
  EXPECT_EQ(listed.size(), entries);
  EXPECT_EQ(texts.at("one-line-200MB.txt").size(), 20'000'000u);
  core::Job job;
  const auto exported = place_ / "exported";
  explore::export_text(workspace::Workspace::open(workspace_), exported, job);
  for (const char* same :
       {"new\nline-in-name.txt", "special-tokens.txt", "minified.js", "percent-%s%n%x-braces-{}{0}.txt"})
    EXPECT_EQ(test::read_file(exported / same), test::read_file(folder_ / same)) << same;
}

}  // namespace
}  // namespace corpuscope
