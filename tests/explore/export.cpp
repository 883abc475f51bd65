#include <gtest/gtest.h>

#include <set>

#include "core/error.h"
#include "explore/corpus.h"
#include "workspace/writer.h"

namespace corpuscope {
namespace {

namespace fs = std::filesystem;

class Exporting : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) {
    workspace::Document document;
    document.name = name;
    workspace_.writer().put_document(document, text);
  }

  // Path below the exported folder and content of every file there.
  std::map<std::string, std::string> exported() {
    core::Job job;
    explore::export_text(workspace_, out_, job);
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(out_))
      if (entry.is_regular_file()) files[entry.path().lexically_relative(out_).string()] = test::read_file(entry.path());
    return files;
  }

  test::TemporaryFolder place_;
  fs::path out_ = place_ / "deep/out";
  workspace::Workspace workspace_ = workspace::Workspace::open(place_ / "w.corpuscope", true);
};

TEST_F(Exporting, EqualsTheSource) {
  const auto folder = place_ / "corpus";
  test::write_corpus(folder, 80);
  test::write_file(folder / "new\nline.txt", "a\r\nb\rc\n\xef\xbf\xbd");
  test::open_corpus(folder, place_ / "w.corpuscope");
  const auto files = exported();
  EXPECT_GT(files.size(), 60u);
  for (const auto& [name, text] : files) EXPECT_EQ(text, test::read_file(folder / name)) << name;
}

TEST_F(Exporting, NamesNeverLeadOut) {
  const std::vector<std::string> names = {"../up.txt", "../../../up.txt", "/absolute.txt", "a/../../b.txt", "..", ".",
                                          "", "/", "a//b.txt", "./c.txt", std::string("nul\0inside", 10),
                                          std::string(300, 'x'), std::string(300, 'x') + "/" + std::string(300, 'y'),
                                          "é" + std::string(300, 'x')};
  for (const auto& name : names) put(name, "text of " + name);
  std::set<std::string> written;
  for (const auto& [name, text] : exported()) written.insert(text);
  for (const auto& name : names) EXPECT_TRUE(written.contains("text of " + name)) << name;
  std::set<fs::path> around;
  for (const auto& entry : fs::directory_iterator(place_.path())) around.insert(entry.path().filename());
  EXPECT_TRUE(around.contains("deep"));
  for (const auto& entry : around) EXPECT_TRUE(entry == "deep" || entry.string().starts_with("w.corpuscope")) << entry;
  EXPECT_EQ(std::distance(fs::directory_iterator(place_ / "deep"), {}), 1);
}

TEST_F(Exporting, ADocumentMayBeNamedAsTheFolderOfAnother) {
  put("a", "a document");
  put("a/b", "one below it");
  put("a/b/c", "one more");
  std::set<std::string> written;
  for (const auto& [name, text] : exported()) written.insert(text);
  EXPECT_EQ(written, (std::set<std::string>{"a document", "one below it", "one more"}));
}

TEST_F(Exporting, WritesNothingIntoAFolderInUse) {
  put("a.txt", "decoded");
  test::write_file(out_ / "a.txt", "the source itself");
  EXPECT_THROW(exported(), core::Error);
  EXPECT_EQ(test::read_file(out_ / "a.txt"), "the source itself");
}

TEST(Workspaces, AreNamedAfterTheWholePathOfTheirFolder) {
  const test::TemporaryFolder place;
  fs::create_directories(place / "one/books");
  fs::create_directories(place / "two/books");
  const auto workspace = explore::default_workspace(place / "one/books");
  EXPECT_EQ(explore::default_workspace(place / "one/./books/"), workspace);
  EXPECT_NE(explore::default_workspace(place / "two/books"), workspace);
  EXPECT_TRUE(workspace.filename().string().starts_with("books-"));
  EXPECT_EQ(workspace.extension(), ".corpuscope");
  EXPECT_LT(explore::default_workspace(place / std::string(255, 'x')).filename().string().size(), 220u);
}

TEST(Resources, NameThePlacesWhereTheyWereSought) {
  try {
    explore::resource("no such thing");
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_NE(std::string(error.what()).find((test::source_folder() / "resources").string()), std::string::npos);
  }
}

}  // namespace
}  // namespace corpuscope
