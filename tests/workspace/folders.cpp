// Folders, exclusions and anchors, and documents that get another name.
#include "fixture.h"

namespace corpuscope::workspace {
namespace {

class Folders : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "w.corpuscope";
  Workspace workspace_ = Workspace::open(file_, true);
};

TEST_F(Folders, ComeBackInTheirOrder) {
  EXPECT_EQ(workspace_.corpus_folder(), "");
  workspace_.writer().set_folders({{"/z", "z"}, {"/a", "a"}});
  workspace_.writer().set_exclusions({"*.z", "*.a"});
  const auto again = Workspace::open(file_);
  const auto folders = again.folders();
  ASSERT_EQ(folders.size(), 2u);
  EXPECT_EQ(folders[0].path, "/z");
  EXPECT_EQ(folders[1].name, "a");
  EXPECT_EQ(again.corpus_folder(), "/z");
  EXPECT_EQ(again.exclusions(), (std::vector<std::string>{"*.z", "*.a"}));
}

TEST_F(Folders, ARenamedDocumentIsFoundByItsNewNameAlone) {
  const auto id = put(workspace_, "apple.txt", "some text\n");
  put(workspace_, "zebra.txt", "other text\n");
  tokenize(workspace_);
  workspace_.writer().put_bookmark({0, 2, "here", "", 0});
  workspace_.writer().rename_document(id, "fruit/apple.txt");
  EXPECT_FALSE(workspace_.find_document("apple.txt"));
  EXPECT_EQ(workspace_.find_document("fruit/apple.txt")->id, id);
  EXPECT_EQ(workspace_.text(id), "some text\n");
  EXPECT_FALSE(workspace_.summary().tokens_complete);
  EXPECT_TRUE(workspace_.writer().documents_without_tokens().empty());
  workspace_.writer().finish_sequence(300);
  ASSERT_EQ(workspace_.search_words("fruit", 10).size(), 1u);
  EXPECT_EQ(workspace_.search_words("apple some", 10).size(), 1u);
  ASSERT_EQ(workspace_.bookmarks().size(), 1u);
  EXPECT_EQ(workspace_.bookmarks()[0].name, "here");
  // Forgotten again, nothing of either name is left in the index.
  workspace_.writer().remove_document(id);
  EXPECT_TRUE(workspace_.search_words("fruit", 10).empty());
  EXPECT_TRUE(workspace_.search_words("apple", 10).empty());
}

TEST_F(Folders, AnchorsBelongToTheirDocument) {
  const auto id = put(workspace_, "a.txt", "some text\n"), other = put(workspace_, "b.txt", "more\n");
  const std::vector<Anchor> anchors{{0, "page 1", true}, {0, "One", false}, {5, "page 2", true}};
  workspace_.writer().put_anchors(id, anchors);
  workspace_.writer().put_anchors(other, std::vector<Anchor>{{1, "Two", false}});
  const auto kept = workspace_.anchors(id);
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[1].name, "One");
  EXPECT_FALSE(kept[1].is_page);
  EXPECT_TRUE(kept[2].is_page);
  EXPECT_EQ(kept[2].offset, 5);
  workspace_.writer().put_anchors(id, {});
  EXPECT_TRUE(workspace_.anchors(id).empty());
  workspace_.writer().remove_document(other);
  EXPECT_TRUE(workspace_.anchors(other).empty());
}

TEST_F(Folders, SkippedFilesKeepWhatTheyWere) {
  workspace_.writer().set_skipped({{"a.bin", "binary file", 17, 12345}, {"b", "a pipe"}});
  const auto skipped = workspace_.skipped();
  ASSERT_EQ(skipped.size(), 2u);
  EXPECT_EQ(skipped[0].file_bytes, 17);
  EXPECT_EQ(skipped[0].modified_ns, 12345);
  EXPECT_EQ(skipped[1].file_bytes, -1);
}

// As version 6 left it: the one folder is kept, and documents that may have chapters are read once more.
TEST_F(Folders, AnOlderFileKeepsItsFolder) {
  put(workspace_, "a.txt", "text\n");
  auto book = named("b.pdf");
  book.encoding = "PDF";
  workspace_.writer().put_document(book, "text of a book\n");
  { const Workspace closed = std::move(workspace_); }
  execute(file_, "DROP TABLE folders; DROP TABLE exclusions; DROP TABLE anchors;"
                 "ALTER TABLE skipped DROP COLUMN file_bytes; ALTER TABLE skipped DROP COLUMN modified_ns;"
                 "INSERT INTO facts VALUES ('corpus_folder', '/some/folder'); PRAGMA user_version = 6");
  const auto again = Workspace::open(file_);
  ASSERT_EQ(again.folders().size(), 1u);
  EXPECT_EQ(again.corpus_folder(), "/some/folder");
  EXPECT_EQ(again.folders()[0].name, "");
  EXPECT_EQ(again.find_document("a.txt")->modified_ns, 12345);
  EXPECT_EQ(again.find_document("b.pdf")->modified_ns, 0);
  EXPECT_EQ(again.find_document("b.pdf")->hash, "");
}

}  // namespace
}  // namespace corpuscope::workspace
