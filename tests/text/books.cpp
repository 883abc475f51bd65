// EPUB, DOCX and OpenDocument, made by the test itself.
#include "read.h"
#include "samples.h"
#include "support.h"

namespace corpuscope {
namespace {

using test::anchored;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Epub, TheSpineIsReadInOrder) {
  const auto book = text::extract(
      "book.epub", test::epub({{"two.xhtml", "<h1>II</h1><p>second</p>"}, {"a b.xhtml", "<p>first</p>"}},
                              {{"OEBPS/text/unlisted.xhtml", "<p>no</p>"}}));
  EXPECT_EQ(book.text, "II\n\nsecond\n\nfirst\n");
  EXPECT_EQ(book.encoding, "EPUB");
  EXPECT_THAT(anchored(book, 2), ElementsAre("II: II"));
}

TEST(Epub, TheTableOfContentsNamesChaptersWithoutHeadings) {
  const auto book = text::extract(
      "book.epub", test::epub({{"a%20b.xhtml", "<p>first</p>"}, {"c.xhtml", "<h1>Own</h1>"}},
                              {{"OEBPS/text/a b.xhtml", "<p>first</p>"},
                               {"OEBPS/toc.ncx",
                                "<ncx><navMap><navPoint><navLabel><text> The First </text></navLabel><content "
                                "src=\"text/a%20b.xhtml#x\"/></navPoint><navPoint><navLabel><text>No</text>"
                                "</navLabel><content src=\"text/c.xhtml\"/></navPoint></navMap></ncx>"}}));
  EXPECT_THAT(anchored(book, 5), ElementsAre("The First: first", "Own: Own\n"));
}

TEST(Epub, MissingChaptersAreNoted) {
  auto members = test::epub({{"a.xhtml", "<p>one</p>"}});
  const auto broken = test::zip({{"mimetype", "application/epub+zip"},
                                 {"META-INF/container.xml", "<container><rootfile full-path=\"p.opf\"/></container>"},
                                 {"p.opf",
                                  "<package><manifest><item id=\"a\" href=\"a.xhtml\"/><item id=\"b\" "
                                  "href=\"b.xhtml\"/></manifest><spine><itemref idref=\"a\"/><itemref "
                                  "idref=\"b\"/><itemref idref=\"c\"/></spine></package>"},
                                 {"a.xhtml", "<p>here</p>"}});
  const auto book = text::extract("x.epub", broken);
  EXPECT_EQ(book.text, "here\n");
  EXPECT_EQ(book.note, "1 chapter is missing or damaged");
}

TEST(Epub, ADamagedChapterCostsOnlyItself) {
  const auto book =
      text::extract("x.epub", test::epub({{"a.xhtml", "<p>one</p>"}, {"b.xhtml", std::string(100, '\0')}}));
  EXPECT_EQ(book.text, "one\n");
  EXPECT_EQ(book.note, "1 chapter is missing or damaged");
}

TEST(Epub, DamagedOnesAreRefused) {
  const auto whole = test::epub({{"a.xhtml", "<p>one</p>"}});
  EXPECT_THAT(refusal("a.epub", whole.substr(0, whole.size() / 3)), HasSubstr("damaged"));
  EXPECT_EQ(refusal("a.epub", test::zip({{"a.txt", "x"}})), "EPUB: damaged (no META-INF/container.xml)");
  EXPECT_EQ(refusal("a.epub", test::zip({{"META-INF/container.xml", "<container/>"}})),
            "EPUB: damaged (META-INF/container.xml names no package)");
  EXPECT_EQ(refusal("a.epub", test::zip({{"META-INF/container.xml",
                                          "<container><rootfile full-path=\"../p.opf\"/>"
                                          "</container>"},
                                         {"p.opf", "<package>"}})),
            "EPUB: damaged (p.opf, line 1)");
  EXPECT_EQ(
      refusal("a.epub",
              test::epub({{"a.xhtml", "<p>x</p>"}},
                         {{"META-INF/encryption.xml", "<e><CipherReference URI=\"OEBPS/text/a.xhtml\"/></e>"}})),
      "EPUB: encrypted (DRM)");
}

TEST(Docx, ParagraphsHeadingsTablesAndNotes) {
  const auto letter = text::extract(
      "letter.docx",
      test::docx(
          "<w:p><w:pPr><w:pStyle w:val=\"Kop1\"/></w:pPr><w:r><w:t>The </w:t></w:r><w:r><w:t>Start</w:t></w:r></w:p>"
          "<w:p><w:r><w:t xml:space=\"preserve\">one </w:t><w:t>two</w:t><w:br/><w:t>three</w:t><w:tab/>"
          "<w:t>four</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
          "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></"
          "w:tc></w:tr>"
          "<w:tr><w:tc><w:p/></w:tc><w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p><w:p><w:r><w:t>d</w:t></w:r></w:p></"
          "w:tc></w:tr></w:tbl>"
          "<w:p><w:pPr><w:pStyle w:val=\"Own\"/></w:pPr><w:r><w:t>End</w:t></w:r></w:p>"
          "<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>last</w:t></w:r></w:p>",
          "<w:footnote w:type=\"separator\"><w:p><w:r><w:t>no</w:t></w:r></w:p></w:footnote>"
          "<w:footnote><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>"));
  EXPECT_EQ(letter.text, "The Start\n\none two\nthree\tfour\n\na\tb\n\tc\nd\n\nEnd\n\nlast\n\nA note.\n");
  EXPECT_THAT(anchored(letter, 3), ElementsAre("The Start: The", "End: End"));
}

TEST(Docx, DamagedOnesAreRefused) {
  EXPECT_EQ(refusal("a.docx", test::zip({{"x", "y"}})), "Word document: damaged (no word/document.xml)");
  EXPECT_EQ(refusal("a.docx", test::docx("<w:p>")), "Word document: damaged (word/document.xml, line 1)");
  EXPECT_EQ(refusal("a.docx", test::docx("")), "Word document: no text in it");
}

// Entities inside entities, and depth: both end in the XML library's own bounds.
TEST(Docx, XmlBombsAreRefused) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<w:p>";
  EXPECT_THAT(refusal("a.docx", test::docx(deep)), HasSubstr("damaged"));
  std::string laughs = "<!DOCTYPE l [<!ENTITY a0 \"ha\">";
  for (int i = 1; i < 30; ++i) {
    const auto before = std::string("&a").append(std::to_string(i - 1)).append(";");
    laughs.append("<!ENTITY a").append(std::to_string(i)).append(" \"").append(before).append(before).append("\">");
  }
  EXPECT_THAT(refusal("a.docx", test::zip({{"word/document.xml", laughs + "]><p><r><t>&a29;</t></r></p>"}})),
              testing::AnyOf(HasSubstr("damaged"), HasSubstr("no text")));
}

TEST(OpenDocument, ParagraphsHeadingsTablesAndNotes) {
  const auto letter = text::extract(
      "letter.odt",
      test::odt(
          "<text:h text:outline-level=\"1\">The  Start</text:h><text:p>one<text:s text:c=\"3\"/>two"
          "<text:line-break/>three<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>"
          "A note.</text:p></text:note-body></text:note> on<office:annotation><text:p>no</text:p>"
          "</office:annotation></text:p><text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
          "<table:table table:name=\"T\"><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
          "<table:table-cell table:number-columns-repeated=\"999999\"/><table:table-cell><text:p>b</text:p>"
          "</table:table-cell></table:table-row></table:table>"));
  EXPECT_EQ(letter.text, "The Start\n\none two\nthree on\n\nitem\n\na\t\tb\n\nA note.\n");
  EXPECT_THAT(anchored(letter, 3), ElementsAre("The Start: The", "T: a\t\t"));
}

TEST(OpenDocument, DamagedOnesAreRefused) {
  EXPECT_EQ(refusal("a.odt", test::zip({{"x", "y"}})), "OpenDocument: damaged (no content.xml)");
  EXPECT_EQ(refusal("a.odt", test::zip({{"META-INF/manifest.xml", "<m:encryption-data/>"}, {"content.xml", "x"}})),
            "OpenDocument: protected with a password");
}

}  // namespace
}  // namespace corpuscope
