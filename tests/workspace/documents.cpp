#include <fstream>

#include "fixture.h"

namespace corpuscope::workspace {
namespace {

class Documents : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "w.corpuscope";
};

TEST_F(Documents, EveryFieldComesBackAfterReopening) {
  {
    Workspace workspace = Workspace::open(file_, true);
    Document document = named("src/naïve file.cpp");
    document.file_bytes = 17;
    document.note = "3 invalid bytes";
    document.lines = 2;
    workspace.writer().set_folders({{"/some/folder", ""}});
    workspace.writer().put_document(document, "int main() {\n}\n");
    workspace.writer().set_skipped({{"b.bin", "binary file"}, {"a.bin", "empty file"}});
    workspace.writer().set_text_complete(true);
  }
  const Workspace workspace = Workspace::open(file_);
  EXPECT_EQ(workspace.corpus_folder(), "/some/folder");
  const auto documents = workspace.documents();
  ASSERT_EQ(documents.size(), 1u);
  const Document& document = documents[0];
  EXPECT_EQ(document.name, "src/naïve file.cpp");
  EXPECT_EQ(document.file_bytes, 17);
  EXPECT_EQ(document.modified_ns, 12345);
  EXPECT_EQ(document.hash, "hash of src/naïve file.cpp");
  EXPECT_EQ(document.encoding, "UTF-8");
  EXPECT_EQ(document.note, "3 invalid bytes");
  EXPECT_EQ(document.text_bytes, 15);
  EXPECT_EQ(document.lines, 2);
  EXPECT_EQ(document.first_token, -1);
  EXPECT_EQ(document.tokens, 0);
  EXPECT_EQ(workspace.find_document("src/naïve file.cpp")->id, document.id);
  EXPECT_FALSE(workspace.find_document("src"));
  EXPECT_FALSE(workspace.document(document.id + 1));
  EXPECT_EQ(workspace.text(document.id), "int main() {\n}\n");
  const auto skipped = workspace.skipped();
  ASSERT_EQ(skipped.size(), 2u);
  EXPECT_EQ(skipped[0].name, "a.bin");
  EXPECT_EQ(skipped[1].reason, "binary file");
  const Summary summary = workspace.summary();
  EXPECT_EQ(summary.documents, 1);
  EXPECT_EQ(summary.skipped, 2);
  EXPECT_EQ(summary.file_bytes, 17);
  EXPECT_EQ(summary.text_bytes, 15);
  EXPECT_TRUE(summary.text_complete);
  EXPECT_FALSE(summary.tokens_complete);
  EXPECT_GT(summary.workspace_bytes, 0);
}

TEST_F(Documents, TextsOfEveryShapeComeBackByteForByte) {
  Workspace workspace = Workspace::open(file_, true);
  std::string multibyte;
  while (multibyte.size() < 200'000) multibyte += "\xf0\x9f\x90\x8b";  // no border between words at all
  const std::vector<std::string> texts = {"",
                                          "\n",
                                          std::string(3, '\0') + "after",
                                          random_words(65536, 1),
                                          random_words(65537, 2),
                                          random_words(300'000, 3),
                                          std::string(200'000, 'x'),
                                          multibyte,
                                          std::string(131'072, '\n')};
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < texts.size(); ++i) ids.push_back(put(workspace, std::to_string(i), texts[i]));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_TRUE(workspace.text(ids[i]) == texts[i]) << i;
    for (const std::int64_t first : {-5, 0, 1, 65535, 65536, 70000, 199'999, 400'000}) {
      for (const std::int64_t count : {std::int64_t(0), std::int64_t(1), std::int64_t(70'000), INT64_MAX}) {
        const std::size_t from = std::min(texts[i].size(), std::size_t(std::max<std::int64_t>(first, 0)));
        EXPECT_TRUE(workspace.text(ids[i], first, count) == texts[i].substr(from, std::size_t(count)))
            << i << " " << first << " " << count;
      }
    }
  }
  EXPECT_THROW(workspace.text(999), core::Error);
}

TEST_F(Documents, ReplacingKeepsTheIdAndForgetsTheOldText) {
  Workspace workspace = Workspace::open(file_, true);
  const auto id = put(workspace, "a.txt", "the old walrus");
  EXPECT_EQ(put(workspace, "a.txt", "the new penguin"), id);
  EXPECT_EQ(workspace.text(id), "the new penguin");
  EXPECT_EQ(workspace.documents().size(), 1u);
  EXPECT_TRUE(workspace.search_words("walrus", 10).empty());
  EXPECT_EQ(workspace.search_words("penguin", 10).size(), 1u);
  workspace.writer().remove_document(id);
  EXPECT_TRUE(workspace.search_words("penguin", 10).empty());
  EXPECT_TRUE(workspace.documents().empty());
  EXPECT_NE(put(workspace, "a.txt", "again"), id);  // an id never means another document
}

TEST_F(Documents, OnlyAnotherTextNeedsTokensAgain) {
  Workspace workspace = Workspace::open(file_, true);
  put(workspace, "b", random_words(100'000, 1));
  const auto id = put(workspace, "a", "same");
  tokenize(workspace);
  Document changed = named("a");
  changed.encoding = "ISO-8859-1";
  workspace.writer().put_document(changed, "same");
  workspace.writer().touch_document(id, 777);
  EXPECT_TRUE(workspace.summary().tokens_complete);
  EXPECT_EQ(workspace.document(id)->encoding, "ISO-8859-1");
  EXPECT_EQ(workspace.document(id)->modified_ns, 777);
  put(workspace, "a", "more");
  EXPECT_FALSE(workspace.summary().tokens_complete);
  EXPECT_EQ(workspace.writer().documents_without_tokens(), std::vector<std::int64_t>{id});
}

TEST_F(Documents, ALargeTextThatIsCancelledLeavesTheStepAsItWas) {
  Workspace workspace = Workspace::open(file_, true);
  const auto id = put(workspace, "big", "before");
  Workspace::Writer& writer = workspace.writer();
  Transaction transaction(writer);
  put(workspace, "small", "kept walrus");
  std::int64_t seen = 0;
  const auto stop = [&](std::int64_t bytes) {
    seen += bytes;
    if (seen > 1'000'000) throw core::Cancelled();
  };
  EXPECT_THROW(writer.put_document(named("big"), random_words(3'000'000, 1), stop), core::Cancelled);
  transaction.commit();
  EXPECT_EQ(workspace.text(id), "before");
  EXPECT_EQ(workspace.search_words("before", 5).size(), 1u);
  EXPECT_EQ(workspace.search_words("walrus", 5).size(), 1u);
}

TEST_F(Documents, ARolledBackStepLeavesNothing) {
  Workspace workspace = Workspace::open(file_, true);
  put(workspace, "a", "first");
  {
    Transaction transaction(workspace.writer());
    put(workspace, "a", "second");
    put(workspace, "b", "walrus");
    EXPECT_THROW(workspace.writer().begin(), core::Error);
  }
  EXPECT_EQ(workspace.documents().size(), 1u);
  EXPECT_EQ(workspace.text(workspace.find_document("a")->id), "first");
  EXPECT_TRUE(workspace.search_words("walrus", 5).empty());
}

TEST_F(Documents, ReadersSeeTheLastFinishedStepWhileAWriterWrites) {
  Workspace writing = Workspace::open(file_, true);
  put(writing, "a", "first");
  const Workspace reading = Workspace::open(file_);
  Transaction transaction(writing.writer());
  put(writing, "b", "second walrus");
  EXPECT_EQ(reading.documents().size(), 1u);
  EXPECT_TRUE(reading.search_words("walrus", 5).empty());
  transaction.commit();
  EXPECT_EQ(reading.documents().size(), 2u);
  EXPECT_EQ(reading.search_words("walrus", 5).size(), 1u);
}

}  // namespace
}  // namespace corpuscope::workspace
