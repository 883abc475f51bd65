// PDF and mail, which are taken apart by the helper process; and notebooks, which are not.
#include <gmock/gmock.h>

#include "read.h"
#include "samples.h"
#include "support.h"
#include "text/helper.h"
#include "text/undivided.h"

namespace corpuscope {
namespace {

using test::anchored;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Pdf, PagesAreAnchorsAndLinesStay) {
  const auto document = text::extract("a.pdf", test::pdf({{"The first page", "of two."}, {"The second", "page."}}));
  EXPECT_EQ(document.text, "The first page\nof two.\n\nThe second\npage.\n");
  EXPECT_EQ(document.encoding, "PDF");
  EXPECT_THAT(anchored(document, 10), ElementsAre("page 1: The first ", "page 2: The second"));
}

TEST(Pdf, DividedWordsAreWholeAgain) {
  const auto document =
      text::extract("a.pdf", test::pdf({{"A well-known exam-", "ple of a well-", "known thing, pages 1-", "2."}}));
  EXPECT_EQ(document.text, "A well-known example\nof a well-known\nthing, pages 1-\n2.\n");
}

TEST(Pdf, WhatCannotBeReadIsRefused) {
  EXPECT_EQ(refusal("a.pdf", "%PDF-1.7\n"), "PDF: damaged");
  EXPECT_EQ(refusal("a.pdf", test::pdf({{""}})), "PDF: no text in it (pictures of pages?)");
}

TEST(Pdf, ProtectedOnesAreToldFromDamagedOnes) {
  const auto whole = test::pdf({{"text"}});
  const auto locked = "/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + std::string(32, 'o') + ") /U (" +
                      std::string(32, 'u') + ") /P -4 >> /ID [(a) (a)] /Root";
  auto bytes = whole;
  bytes.replace(bytes.rfind("/Root"), 5, locked);
  EXPECT_EQ(refusal("a.pdf", bytes), "PDF: protected with a password");
}

TEST(Undivided, TheDocumentItselfTellsWhichHyphensStay) {
  const auto joined = [](const std::string& text, const std::string& elsewhere = "") {
    return text::undivided(text, text::KnownWords({text, elsewhere}));
  };
  EXPECT_EQ(joined("exam-\nple of"), "example\nof");
  EXPECT_EQ(joined("exam-\nple"), "example");
  EXPECT_EQ(joined("exam-\nple\nof"), "example\nof");
  EXPECT_EQ(joined("snow-\nwhite x", "Snow-white."), "snow-white\nx");
  EXPECT_EQ(joined("snow-\nwhite x", "Snow-white. Snowwhite"), "snowwhite\nx");
  EXPECT_EQ(joined("snow-\nwhite x al\u2010\nmost y"), "snow-white\nx almost\ny");
  EXPECT_EQ(joined("al\u00AD\nmost y"), "almost\ny");
  EXPECT_EQ(joined("Anglo-\nSaxon a"), "Anglo-\nSaxon a");
  EXPECT_EQ(joined("- a\n- b\n--\nc"), "- a\n- b\n--\nc");
  EXPECT_EQ(joined("a-\nb-\nc d"), "abc\nd");
  EXPECT_EQ(joined(""), "");
}

TEST(Mail, EachMessageIsAnAnchor) {
  const auto mail = text::extract("a.mbox", test::mbox());
  EXPECT_EQ(
      mail.text,
      "From: Ann <a@example.org>\nTo: Bob <b@example.org>\nDate: 2015-01-01 10:00:00 +0100\nSubject: Café at ten\n\n"
      "The café is\nclosed.\n>From now on.\n\n"
      "From: Bob <b@example.org>\nSubject: Re: at ten\n\nPlainly.\n");
  EXPECT_THAT(anchored(mail, 9), ElementsAre("Café at ten: From: Ann", "Re: at ten: From: Bob"));
  EXPECT_EQ(mail.note, "1 attachment is left out");
}

TEST(Mail, OneMessageAndHtml) {
  EXPECT_EQ(
      text::extract("a.eml", "Subject: x\nContent-Type: text/html; charset=utf-8\n\n<h1>Dear</h1><p>é&amp;").text,
      "Subject: x\n\nDear\n\né&\n");
  EXPECT_EQ(text::extract("a.eml", "no header at all\n").text, "no header at all\n");
  EXPECT_EQ(text::extract("a.mbox", "plain\n").text, "plain\n");
  EXPECT_EQ(text::extract("a.patch", test::mbox()).text, test::mbox()) << "a patch is source code";
}

TEST(Mail, DepthIsBounded) {
  std::string deep = "Subject: x\n";
  for (int i = 0; i < 3000; ++i)
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" + std::to_string(i) + "\n";
  const auto said = refusal("a.eml", deep + "\nend");
  EXPECT_THAT(said, testing::AnyOf(HasSubstr("more than 20 parts"), HasSubstr("it was read")));
}

TEST(Helper, ItsProgramIsThere) { EXPECT_NE(text::helper_program(), ""); }

TEST(Helper, PassesOnWhatThePollThrows) {
  text::Allowance allowance(1000, [] { throw core::Cancelled(); });
  const auto bytes = test::pdf(std::vector<std::vector<std::string>>(2000, {"a page"}));
  EXPECT_THROW(text::extract("a.pdf", bytes, allowance), core::Cancelled);
}

TEST(Helper, BoundsWhatItGives) {
  text::Bounds bounds;
  bounds.expanded = 100;
  EXPECT_THAT(refusal("a.pdf", test::pdf({{std::string(3000, 'a')}}), bounds), HasSubstr("unpacks to more than"));
}

// Each of forty forms draws the next one twice: no machine comes to the end of that page.
TEST(Helper, AFileThatNeverEndsIsGivenUp) {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>",
                                      "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
                                      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources "
                                      "<< /XObject << /X 5 0 R >> >> >>",
                                      "<< /Length 5 >>\nstream\n/X Do\nendstream"};
  for (int i = 6; i < 46; ++i)
    objects.push_back("<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X " +
                      std::to_string(i) + " 0 R >> >> /Length 11 >>\nstream\n/X Do /X Do\nendstream");
  text::Bounds bounds;
  bounds.seconds = 1;
  EXPECT_THAT(refusal("a.pdf", test::pdf_of(objects), bounds), HasSubstr("takes too long"));
}

TEST(Helper, SaysThatItFailed) {
  text::Allowance allowance(10);
  try {
    text::run_helper("no such parser", "bytes", allowance);
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_STREQ(error.what(), "damaged (its reader failed)");
  }
}

TEST(Helper, RecordsThatAreCutOffAreLeftOut) {
  const auto one = text::packed({text::RecordKind::paragraph, "text"});
  EXPECT_EQ(text::unpacked(one + one).size(), 2u);
  EXPECT_EQ(text::unpacked(one + one.substr(0, one.size() - 1)).size(), 1u);
  EXPECT_EQ(text::unpacked("P\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF").size(), 0u);
  EXPECT_EQ(text::unpacked("garbage of a crash").size(), 0u);
}

TEST(Notebook, SourcesOfTheCells) {
  const auto notebook = text::extract("a.ipynb", test::notebook());
  EXPECT_EQ(notebook.text, "# The tides\nA *study*.\n\nimport math\nprint(math.pi)\n\nx = \"é\"\n");
  EXPECT_EQ(notebook.encoding, "Jupyter notebook, UTF-8");
  EXPECT_THAT(anchored(notebook, 6), ElementsAre("The tides: # The ", "cell 2: import", "cell 4: x = \"\xC3"));
}

TEST(Notebook, OtherShapes) {
  EXPECT_EQ(
      text::extract("a.ipynb", R"({"worksheets": [{"cells": [{"cell_type": "code", "input": ["a\n", "b"]}]}]})").text,
      "a\nb\n");
  EXPECT_EQ(refusal("a.ipynb", "{\"cells\": ["), "Jupyter notebook: damaged (no JSON)");
  EXPECT_EQ(refusal("a.ipynb", "{}"), "Jupyter notebook: damaged (no cells)");
  EXPECT_EQ(refusal("a.ipynb", R"({"cells": [7, null, {"source": {"a": 1}}]})"), "Jupyter notebook: no text in it");
  EXPECT_EQ(refusal("a.ipynb", "{\"cells\": " + std::string(1'000'000, '[')), "Jupyter notebook: damaged (no JSON)");
  EXPECT_EQ(refusal("a.ipynb", "{\"cells\": " + std::string(300'000, '[') + std::string(300'000, ']') + "}"),
            "Jupyter notebook: no text in it");
  EXPECT_EQ(text::extract("a.ipynb", "no notebook\n").text, "no notebook\n");
}

}  // namespace
}  // namespace corpuscope
