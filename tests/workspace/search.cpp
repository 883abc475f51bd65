#include <chrono>

#include "fixture.h"
#include "workspace/compress.h"
#include "workspace/search_rows.h"

namespace corpuscope::workspace {
namespace {

class Search : public testing::Test {
 protected:
  std::string found(const Hit& hit) { return workspace_.text(hit.document, hit.offset, hit.length); }
  std::vector<std::string> names(const std::string& query, int limit = 100) {
    std::vector<std::string> names;
    for (const Hit& hit : workspace_.search_words(query, limit)) {
      names.push_back(workspace_.document(hit.document)->name);
    }
    return names;
  }

  test::TemporaryFolder folder_;
  Workspace workspace_ = Workspace::open(folder_ / "w.corpuscope", true);
};

TEST_F(Search, EveryWordMustOccurInAnyCaseAndForm) {
  put(workspace_, "a", "The whale was swimming.");
  put(workspace_, "b", "A WHALE swims; Café.");
  put(workspace_, "c", "Nothing of the kind: swim");
  EXPECT_THAT(names("whales"), testing::UnorderedElementsAre("a", "b"));
  EXPECT_THAT(names("swim whale"), testing::UnorderedElementsAre("a", "b"));
  EXPECT_THAT(names("CAFE"), testing::ElementsAre("b"));
  EXPECT_TRUE(names("whale shark").empty());
}

TEST_F(Search, AHitIsThePlaceWhereTheWordsAreClosest) {
  const std::string filler = random_words(150'000, 1);
  const std::string text = "whale " + filler + "\nthe harpoon\nfar from the Harpooned Whale here\n" + filler;
  const auto id = put(workspace_, "book", text);
  const auto hits = workspace_.search_words("harpoon whale", 10);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].document, id);
  EXPECT_EQ(found(hits[0]), "Harpooned Whale");
  EXPECT_GT(hits[0].score, 0);
}

TEST_F(Search, WordsInDifferentPartsOfALongDocumentAreFoundTogether) {
  const std::string filler = random_words(150'000, 1);
  put(workspace_, "book", "the whale\n" + filler + "\nthe harpoon\n");
  put(workspace_, "other", "the whale\n" + filler);
  const auto hits = workspace_.search_words("harpoon whale", 10);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(workspace_.document(hits[0].document)->name, "book");
  EXPECT_TRUE(found(hits[0]) == "whale" || found(hits[0]) == "harpoon") << found(hits[0]);
}

TEST_F(Search, DocumentsThatSayMoreComeFirstAndTheLimitHolds) {
  for (int i = 0; i < 30; ++i) put(workspace_, std::to_string(i), "some text about a whale and other things");
  put(workspace_, "most", "whale whale whale");
  EXPECT_EQ(names("whale")[0], "most");
  EXPECT_EQ(names("whale", 5).size(), 5u);
  EXPECT_EQ(names("whale").size(), 31u);
  EXPECT_TRUE(names("whale", 0).empty());
  EXPECT_TRUE(names("whale", -1).empty());
  const auto hits = workspace_.search_words("whale", 100);
  for (std::size_t i = 1; i < hits.size(); ++i) EXPECT_LE(hits[i].score, hits[i - 1].score);
}

TEST_F(Search, AFileIsFoundByItsName) {
  put(workspace_, "src/reader_of_whales.cpp", "int main() {}");
  const auto hits = workspace_.search_words("reader whales", 5);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].offset, 0);
  EXPECT_EQ(hits[0].length, 0);
  EXPECT_EQ(names("reader_of main").size(), 1u);
}

TEST_F(Search, IdentifiersAreFoundAsTheyAreWritten) {
  put(workspace_, "a", "void read_the_file();");
  put(workspace_, "b", "the file that I read");
  EXPECT_THAT(names("read_the_file"), testing::ElementsAre("a"));
  EXPECT_EQ(found(workspace_.search_words("read_the_file()", 1)[0]), "read_the_file");
}

TEST_F(Search, NothingInAQueryIsALanguage) {
  put(workspace_, "a", "NOT near AND or * unbalanced");
  put(workspace_, "b", "other");
  const std::string hostile[] = {"\"unbalanced AND OR NOT NEAR( * ^ col:",
                                 "\"",
                                 "'; DROP TABLE words; --",
                                 "text:near",
                                 "near*",
                                 "(",
                                 "a OR b",
                                 "NEAR(near unbalanced, 2)",
                                 std::string("nul\0nul", 7),
                                 "\xff\xfe\x80",
                                 "^near",
                                 "-near",
                                 "{name text}:near",
                                 std::string(100'000, '"'),
                                 std::string(100'000, 'x'),
                                 "\\ % _ \n\t \r"};
  for (const std::string& query : hostile) EXPECT_NO_THROW(workspace_.search_words(query, 10)) << query.substr(0, 50);
  EXPECT_THAT(names("\"unbalanced AND NOT * ^ near\""), testing::ElementsAre("a"));
  EXPECT_THAT(names("OR"), testing::ElementsAre("a"));
  EXPECT_TRUE(names("other OR unbalanced").empty());  // OR is a word, and no document has all three
  EXPECT_TRUE(names("").empty());
  EXPECT_TRUE(names(" * ").empty());
  EXPECT_THROW(workspace_.search_words(random_words(10'000, 1), 10), core::Error);  // too many words, said so
}

std::vector<std::string> ranked(const Workspace& workspace, const std::vector<std::string>& words, bool expand = false) {
  Ranking ranking;
  ranking.expand = expand;
  std::vector<std::string> names;
  for (const auto& passage : workspace.rank_words(words, ranking))
    names.push_back(workspace.document(passage.place.document)->name);
  return names;
}

TEST_F(Search, RankedWordsAreNotRequiredAndMoreOfThemComeFirst) {
  for (int i = 0; i < 20; ++i) put(workspace_, "other" + std::to_string(i), "nothing of the kind");
  put(workspace_, "one", "a whale far out");
  put(workspace_, "both", "a whale and a harpoon");
  put(workspace_, "close", "the whale harpoon");
  EXPECT_THAT(ranked(workspace_, {"whale", "harpoon"}), testing::ElementsAre("close", "both", "one"));
  EXPECT_THAT(ranked(workspace_, {"the", "harpoons"}), testing::ElementsAre("close", "both"));
  EXPECT_TRUE(ranked(workspace_, {"zanzibar"}).empty());
  EXPECT_TRUE(ranked(workspace_, {"", "!?"}).empty());
}

TEST_F(Search, IdentifiersAreFoundByTheirParts) {
  put(workspace_, "a", "int readFile(HTTPServer& server);");
  put(workspace_, "b", "something else");
  EXPECT_THAT(ranked(workspace_, {"read"}), testing::ElementsAre("a"));
  EXPECT_THAT(ranked(workspace_, {"http"}), testing::ElementsAre("a"));
  EXPECT_THAT(ranked(workspace_, {"readfile"}), testing::ElementsAre("a"));
}

TEST_F(Search, ExpansionKeepsToPassagesWithAWordOfTheQuery) {
  for (int i = 0; i < 10; ++i) put(workspace_, std::to_string(i), "whale ocean deep ocean");
  put(workspace_, "ocean", "ocean deep");
  EXPECT_EQ(ranked(workspace_, {"whale"}, true).size(), 10u);
  Ranking all;
  all.only_own = false;
  EXPECT_EQ(workspace_.rank_words({"whale"}, all).size(), 11u);
}

TEST_F(Search, ATitleWithNothingBelowItDoesNotCountTwice) {
  for (int i = 0; i < 20; ++i) put(workspace_, "other" + std::to_string(i), "nothing of the kind is said here, nor anywhere else.");
  put(workspace_, "title", "ships wood\n\n");
  put(workspace_, "text", "Ships, ships, wood.");
  EXPECT_THAT(ranked(workspace_, {"ships"}), testing::ElementsAre("text", "title"));
  put(workspace_, "sentence", "Boats, wood.");
  put(workspace_, "heading", "boats wood\n\n");
  EXPECT_THAT(ranked(workspace_, {"boats"}), testing::ElementsAre("sentence", "heading"));  // as good; the first comes first
}

TEST_F(Search, ATitleWithTextBelowItCountsTwice) {
  for (int i = 0; i < 20; ++i) put(workspace_, "other" + std::to_string(i), "nothing of the kind is said here, nor anywhere else.");
  put(workspace_, "text", "This is about wood,\nand it tells of ships at sea.\n");
  put(workspace_, "title", "Ships at sea\n\nThis is about wood, and it tells.\n");
  EXPECT_THAT(ranked(workspace_, {"ships"}), testing::ElementsAre("title", "text"));
}

TEST_F(Search, ExpansionDoesNotFollowTheFewWordsOfATitle) {
  std::string long_text;
  for (int i = 0; i < 10; ++i) long_text += "The whale, the ocean, " + random_words(8, unsigned(i)) + ".\n";
  for (int i = 0; i < 3; ++i) put(workspace_, "long" + std::to_string(i), long_text);
  for (int i = 0; i < 2; ++i) put(workspace_, "short" + std::to_string(i), "whale zanzibar");
  for (int i = 0; i < 20; ++i) put(workspace_, "other" + std::to_string(i), random_words(50, 100 + unsigned(i)));
  put(workspace_, "near", "ocean");
  put(workspace_, "far", "zanzibar");
  Ranking all;
  all.only_own = false;
  std::vector<std::string> added;
  for (const auto& passage : workspace_.rank_words({"whale"}, all)) {
    const std::string name = workspace_.document(passage.place.document)->name;
    if (name == "near" || name == "far") added.push_back(name);
  }
  EXPECT_THAT(added, testing::ElementsAre("near", "far"));
}

TEST_F(Search, RowsCoverABlockWithoutGapsAndAreFew) {
  for (const std::string& block : {std::string(), std::string("x"), std::string(65536, '\n'), std::string(65536, 'x'),
                                   random_words(65536, 3), std::string(60000, ' ') + "x"}) {
    const auto rows = text_rows(block);
    std::size_t end = 0;
    for (const auto& row : rows) {
      EXPECT_EQ(row.first, end);
      EXPECT_LE(row.bytes, 4096u);
      end += row.bytes;
    }
    EXPECT_EQ(end, block.size());
    EXPECT_LT(rows.size(), 1024u);
  }
}

TEST_F(Search, AFileOfTheFirstVersionIsIndexedAnew) {
  const std::string packed = test::read_file(test::source_folder() / "tests/golden/workspace/version1.corpuscope.zst");
  const auto bytes = decompress_unknown(bytes_of(packed), 1 << 20);
  ASSERT_TRUE(bytes);
  test::write_file(folder_ / "old.corpuscope", std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
  Workspace old = Workspace::open(folder_ / "old.corpuscope");
  EXPECT_EQ(old.documents().size(), 3u);
  ASSERT_EQ(old.search_words("harpoon whales", 5).size(), 1u);
  const Hit hit = old.search_words("zanzibar", 5).at(0);
  EXPECT_EQ(old.text(hit.document, hit.offset, hit.length), "zanzibar");
  EXPECT_THAT(ranked(old, {"file"}), testing::ElementsAre("src/reader.cpp"));  // which the old index did not know
  // Its blocks can be forgotten: the index was told what it would be told today.
  for (const auto& document : old.documents()) old.writer().remove_document(document.id);
  EXPECT_TRUE(ranked(old, {"whale", "sea", "file", "zanzibar"}).empty());
}

}  // namespace
}  // namespace corpuscope::workspace
