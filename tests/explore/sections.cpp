// Chapters and pages of what was read, wherever a place is told.
#include "explore/sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explore/concordance.h"
#include "explore/corpus.h"
#include "explore/passages.h"
#include "samples.h"

namespace corpuscope {
namespace {

class InSections : public testing::Test {
 protected:
  InSections() {
    test::write_file(corpus_ / "book.pdf", test::pdf({{"The first page"}, {"A whale on the second"}, {"and the third"}}));
    test::write_file(corpus_ / "novel.epub",
                     test::epub({{"one.xhtml", "<h1>Loomings</h1><p>Call me.</p><span role=\"doc-pagebreak\" title=\"7\"/>"
                                               "<p>A whale there.</p>"},
                                 {"two.xhtml", "<h2>The Carpet-Bag</h2><p>Another whale.</p>"}}));
    test::write_file(corpus_ / "page.html", "<p>A whale before.</p><h1>Chapter &amp; Verse</h1><p>A whale after.</p>");
    test::write_file(corpus_ / "plain.txt", "A whale without a chapter.\n");
    test::open_corpus(corpus_, file_);
  }

  std::map<std::string, std::vector<std::string>> sections_of_whales() {
    const explore::CorpusText text(file_);
    explore::ConcordanceLines lines(text);
    std::map<std::string, std::vector<std::string>> found;
    for (std::uint32_t document = 0; document < text.documents().size(); ++document) {
      const auto all = text.text(document);
      for (auto at = all.find("whale"); at != all.npos; at = all.find("whale", at + 1)) {
        const auto line = lines.line({document, 5, at}, 20);
        EXPECT_EQ(line.hit, "whale");
        found[line.place.name].push_back(line.place.section);
      }
    }
    return found;
  }

  test::TemporaryFolder place_;
  std::filesystem::path corpus_ = place_ / "corpus", file_ = place_ / "w.corpuscope";
};

const std::map<std::string, std::vector<std::string>> expected{{"book.pdf", {"page 2"}},
                                                               {"novel.epub", {"Loomings, page 7", "The Carpet-Bag, page 7"}},
                                                               {"page.html", {"", "Chapter & Verse"}},
                                                               {"plain.txt", {""}}};

TEST_F(InSections, AHitSaysChapterAndPage) { EXPECT_EQ(sections_of_whales(), expected); }

TEST_F(InSections, SoDoesAToken) {
  const auto workspace = workspace::Workspace::open(file_);
  explore::Passages passages(workspace);
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& document : workspace.documents()) {
    const auto text = workspace.text(document.id);
    for (auto at = text.find("whale"); at != text.npos; at = text.find("whale", at + 1)) {
      const auto place = passages.place(passages.token_at(document.id, std::int64_t(at)));
      found[place.name].push_back(place.section);
      EXPECT_EQ(explore::behind_line(place), place.section.empty() ? "" : " (" + place.section + ")");
    }
  }
  EXPECT_EQ(found, expected);
}

TEST_F(InSections, AChangedDocumentHasItsNewOnes) {
  test::write_file(corpus_ / "page.html", "<h1>Another</h1><p>A whale.</p>");
  test::open_corpus(corpus_, file_);
  EXPECT_EQ(sections_of_whales().at("page.html"), std::vector<std::string>{"Another"});
  EXPECT_EQ(sections_of_whales().at("book.pdf"), std::vector<std::string>{"page 2"});
}

}  // namespace
}  // namespace corpuscope
