// A workspace of several folders, and what is left out of it. Whatever way it came about, it holds what one made at once
// holds.
#include "explore/folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archives.h"
#include "core/error.h"
#include "explore/corpus.h"
#include "workspace/writer.h"

namespace corpuscope {
namespace {

namespace fs = std::filesystem;
using explore::CorpusChange;
using test::write_file;
using testing::ElementsAre;

class SeveralFolders : public testing::Test {
 protected:
  SeveralFolders() {
    write_file(one_ / "a.txt", "alpha text\n");
    write_file(one_ / "notes/b.txt", "beta text\n");
    write_file(one_ / "picture.bin", std::string("\0\1\2\0", 4));
    write_file(other_ / "a.txt", "gamma text\n");
    write_file(other_ / "sub/c.log", "delta text\n");
  }

  explore::OpenResult open(const std::vector<fs::path>& folders, CorpusChange change = {}) {
    core::Job job;
    return explore::open_corpus(folders, file_, {.tokenizer = {}, .change = std::move(change)}, job);
  }
  explore::OpenResult change(CorpusChange change) { return open({}, std::move(change)); }

  std::string made_at_once(const std::vector<fs::path>& folders, CorpusChange change = {}) {
    const test::TemporaryFolder elsewhere;
    core::Job job;
    explore::open_corpus(folders, elsewhere / "w", {.tokenizer = {}, .change = std::move(change)}, job);
    return test::state_of(elsewhere / "w");
  }
  std::string state() { return test::state_of(file_); }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& document : workspace::Workspace::open(file_).documents()) all.push_back(document.name);
    return all;
  }
  explore::Changes changes() {
    core::Job job;
    return explore::find_changes(workspace::Workspace::open(file_), job);
  }

  test::TemporaryFolder place_;
  fs::path one_ = place_ / "x/notes", other_ = place_ / "y/notes", file_ = place_ / "w.corpuscope";
};

TEST_F(SeveralFolders, NamesBeginWithTheFoldersEvenWhereTheseAreAlike) {
  open({one_, other_});
  EXPECT_THAT(names(), ElementsAre("notes-2/a.txt", "notes-2/sub/c.log", "notes/a.txt", "notes/notes/b.txt"));
  const auto workspace = workspace::Workspace::open(file_);
  for (const auto& document : workspace.documents())
    EXPECT_EQ(test::read_file(explore::file_of(workspace.folders(), document.name)), workspace.text(document.id));
  EXPECT_EQ(explore::file_of(workspace.folders(), "elsewhere/a.txt"), "");
}

TEST_F(SeveralFolders, OneThatComesLaterLeavesTheFirstUnread) {
  open({one_});
  EXPECT_THAT(names(), ElementsAre("a.txt", "notes/b.txt"));
  const auto result = change({.add = {other_}});
  EXPECT_EQ(result.read, 2);
  EXPECT_EQ(result.unchanged, 2);
  EXPECT_EQ(result.removed, 0);
  EXPECT_EQ(state(), made_at_once({one_, other_}));
  EXPECT_EQ(open({one_}).read, 0);  // it is one of the two
}

TEST_F(SeveralFolders, OneIsTakenOutAgain) {
  open({one_, other_});
  const auto result = change({.remove = {one_}});
  EXPECT_EQ(result.removed, 2);
  EXPECT_EQ(result.read, 0);
  EXPECT_THAT(names(), ElementsAre("notes-2/a.txt", "notes-2/sub/c.log"));
  EXPECT_THROW(change({.remove = {other_}}), core::Error);  // the last one
  EXPECT_THROW(change({.remove = {one_}}), core::Error);
  // A folder that is gone from the disk can be named by what it is called here.
  change({.add = {one_}});
  fs::remove_all(other_);
  EXPECT_THROW(change({}), core::Error);
  change({.remove = {"notes-2"}});
  EXPECT_THAT(names(), ElementsAre("notes/a.txt", "notes/notes/b.txt"));
}

TEST_F(SeveralFolders, AFileStandsUnderItsOwnName) {
  open({one_ / "a.txt"});
  EXPECT_THAT(names(), ElementsAre("a.txt"));
  change({.add = {other_ / "a.txt"}});
  EXPECT_THAT(names(), ElementsAre("a.txt", "a.txt-2"));
  const auto workspace = workspace::Workspace::open(file_);
  EXPECT_EQ(explore::file_of(workspace.folders(), "a.txt-2"), fs::canonical(other_ / "a.txt"));
  EXPECT_EQ(changes().files(), 0);
}

TEST_F(SeveralFolders, NoneLiesInsideOfAnother) {
  open({one_});
  EXPECT_THROW(change({.add = {one_ / "notes"}}), core::Error);
  EXPECT_THROW(change({.add = {place_ / "x"}}), core::Error);
  EXPECT_THROW(change({.add = {one_}}), core::Error);
  EXPECT_THROW(change({.add = {place_ / "nowhere"}}), core::Error);
  EXPECT_THROW(open({other_}), core::Error);  // another corpus: the file was given by mistake
  EXPECT_EQ(state(), made_at_once({one_}));
}

TEST_F(SeveralFolders, AnInterruptedRenamingLeavesAllAsItWas) {
  for (int i = 0; i < 300; ++i) write_file(one_ / ("many/" + std::to_string(i)), "text\n");
  open({one_});
  const auto before = state();
  core::Job job;
  job.cancel();
  EXPECT_THROW(explore::update_corpus(file_, {.tokenizer = {}, .change = {.add = {other_}}}, job), core::Cancelled);
  EXPECT_EQ(state(), before);
  EXPECT_EQ(workspace::Workspace::open(file_).folders().size(), 1u);
}

TEST_F(SeveralFolders, ExcludedFilesAreAsIfTheyWereNotThere) {
  open({one_, other_});
  const CorpusChange without{.exclude = {"*.log", "/notes/notes/"}};
  const auto result = change(without);
  EXPECT_EQ(result.removed, 2);
  EXPECT_EQ(result.read, 0);
  EXPECT_EQ(state(), made_at_once({one_, other_}, without));
  EXPECT_EQ(test::skipped_in(file_)["notes-2/sub/c.log"], "excluded: *.log");
  EXPECT_EQ(test::skipped_in(file_)["notes/notes"], "excluded: /notes/notes/");
  EXPECT_EQ(change({.include_again = {"*.log", "/notes/notes/"}}).read, 2);
  EXPECT_EQ(state(), made_at_once({one_, other_}));
  EXPECT_THROW(change({.include_again = {"*.log"}}), core::Error);
  EXPECT_THROW(change({.exclude = {"#nothing"}}), core::Error);
}

TEST_F(SeveralFolders, WhatIsExcludedFromTheOnlyFolderStaysSo) {
  open({one_}, {.exclude = {"/notes/b.txt", "*.log"}});
  EXPECT_THAT(names(), ElementsAre("a.txt"));
  change({.add = {other_}});
  EXPECT_THAT(names(), ElementsAre("notes-2/a.txt", "notes/a.txt"));
  EXPECT_THAT(workspace::Workspace::open(file_).exclusions(), ElementsAre("/notes/notes/b.txt", "*.log"));
}

TEST_F(SeveralFolders, MembersOfArchivesAreExcludedToo) {
  write_file(one_ / "z.zip", test::zip({{"in/a.txt", "first\n"}, {"in/b.txt", "second\n"}}));
  open({one_});
  const CorpusChange without{.exclude = {explore::pattern_of("z.zip/in/b.txt")}};
  EXPECT_EQ(change(without).read, 0);
  EXPECT_EQ(state(), made_at_once({one_}, without));
  EXPECT_EQ(changes().files(), 0);
  change({.include_again = without.exclude});
  EXPECT_EQ(state(), made_at_once({one_}));
  change({.exclude = {explore::pattern_of("z.zip")}});
  EXPECT_THAT(names(), ElementsAre("a.txt", "notes/b.txt"));
}

TEST_F(SeveralFolders, WhatWasRefusedIsNotReadAgainUntilItChanges) {
  write_file(one_ / "z.zip", test::zip({{"a.bin", std::string("\0\1\2\0", 4)}}));
  open({one_});
  const auto refused = test::skipped_in(file_);
  std::int64_t bytes_read = -1;
  core::Job job([&](const core::Progress& progress) {
    if (progress.stage == "reading files") bytes_read = progress.total;
  });
  explore::update_corpus(file_, {}, job);
  EXPECT_EQ(bytes_read, 0);
  EXPECT_EQ(test::skipped_in(file_), refused);
  // By other readers of files it may be read.
  workspace::Workspace::open(file_).writer().set_readers(0);
  explore::update_corpus(file_, {}, job);
  EXPECT_GT(bytes_read, 0);
  write_file(one_ / "picture.bin", "a text after all\n");
  EXPECT_EQ(change({}).read, 1);
}

TEST_F(SeveralFolders, ChangesAreCountedAndNothingIsRead) {
  open({one_, other_});
  EXPECT_EQ(changes().files(), 0);
  write_file(one_ / "a.txt", "alpha text, longer\n");
  write_file(one_ / "new.txt", "new\n");
  fs::remove(other_ / "sub/c.log");
  const auto found = changes();
  EXPECT_EQ(found.added, 1);
  EXPECT_EQ(found.changed, 1);
  EXPECT_EQ(found.removed, 1);
  EXPECT_EQ(found.first, "notes/a.txt");
  change({});
  EXPECT_EQ(changes().files(), 0);
}

// Its log and lock come and go while it is read.
TEST_F(SeveralFolders, TheWorkspaceMayLieInItsFolder) {
  file_ = one_ / "w.corpuscope";
  open({one_});
  EXPECT_THAT(names(), ElementsAre("a.txt", "notes/b.txt"));
  EXPECT_EQ(changes().files(), 0);
  EXPECT_EQ(change({}).read, 0);
  EXPECT_EQ(test::skipped_in(file_)["w.corpuscope"], "this workspace");
}

}  // namespace
}  // namespace corpuscope
