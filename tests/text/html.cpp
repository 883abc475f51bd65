#include "text/html.h"

#include "read.h"
#include "support.h"

namespace corpuscope {
namespace {

using namespace std::string_literals;
using test::anchored;
using test::refusal;
using testing::ElementsAre;

std::string page(const std::string& html, const std::string& name = "a.html") {
  return text::extract(name, html).text;
}

TEST(Html, BlocksAreParagraphsAndLines) {
  EXPECT_EQ(page("<p>One\n  two<b>three</b> <i>four</i><p>five<br>six</p>"), "One twothree four\n\nfive\nsix\n");
  EXPECT_EQ(page("one<br><br>two<br/>three<br>"), "one\n\ntwo\nthree\n");
  EXPECT_EQ(page("<div>a<div>b</div>c</div>"), "a\n\nb\n\nc\n");
  EXPECT_EQ(page("<ul><li>a<li>b</ul>c"), "a\nb\n\nc\n");
  EXPECT_EQ(page("<table><tr><th>a<th>b<tr><td>c<td><td>d</table>"), "a\tb\nc\t\td\n");
  EXPECT_EQ(page("<dl><dt>word<dd>meaning</dl>"), "word\nmeaning\n");
}

TEST(Html, PreformattedTextStaysAsItIs) {
  EXPECT_EQ(page("<p>x</p><pre>\n  int a;\r\n\tb;\n\n</pre>y  z"), "x\n\n  int a;\n\tb;\n\n\n\ny z\n");
}

TEST(Html, EntitiesAreDecoded) {
  EXPECT_EQ(page("<p>a &lt;b&gt; &amp;amp; caf&eacute; &#x1F600; &#8212; &unknown; AT&T"),
            "a <b> &amp; café 😀 — &unknown; AT&T\n");
  EXPECT_EQ(page("<p>soft&shy;ware no&nbsp;break"), "software no\u00A0break\n");
}

TEST(Html, WhatNobodyReadsIsLeftOut) {
  EXPECT_EQ(page("<html><head><title>T</title><style>p{}</style></head><body>a<script>if (a < b) '</p>'</script>b"
                 "<!-- c --><svg><text>d</text></svg><template><p>e</template><noscript>f</noscript>"),
            "abf\n");
  EXPECT_EQ(page("<script src='x'/><p>seen</p>", "a.xhtml"), "seen\n");
}

TEST(Html, HeadingsAndPagesAreAnchors) {
  const auto extracted =
      text::extract("a.html",
                    "<h1>One <i>and</i>\n only</h1><p>text</p><span epub:type='pagebreak' title='7'/>"
                    "<h2></h2><h3>Two</h3>");
  EXPECT_EQ(extracted.text, "One and only\n\ntext\n\nTwo\n");
  EXPECT_THAT(anchored(extracted, 3), ElementsAre("One and only: One", "page 7: Two", "Two: Two"));
}

TEST(Html, EncodingsByMarkDeclarationOrGuess) {
  EXPECT_EQ(page("<meta charset=windows-1251><p>\xCF\xF0\xE8\xE2\xE5\xF2"), "Привет\n");
  EXPECT_EQ(page("<meta http-equiv=\"Content-Type\" content=\"text/html; charset=Shift_JIS\"><p>\x93\xFA\x96\x7B"),
            "日本\n");
  EXPECT_EQ(page("<meta charset=iso-8859-1><p>\x93quoted\x94 caf\xE9"), "“quoted” café\n");
  EXPECT_EQ(page("<meta charset=iso-8859-1><p>caf\xC3\xA9"), "café\n") << "what is UTF-8 is read as UTF-8";
  EXPECT_EQ(page("\xFF\xFE<\0p\0>\0\xE9\0"s), "é\n");
  EXPECT_EQ(text::extract("a.html", "<meta charset=koi8-r><p>\xF0\xF2").encoding, "HTML, koi8-r");
}

TEST(Html, IsKnownByNameOrBeginning) {
  EXPECT_EQ(page("<p>a</p>", "A.HTM"), "a\n");
  EXPECT_EQ(page("\xEF\xBB\xBF \n<!DOCTYPE html><p>a</p>", "download"), "a\n");
  EXPECT_EQ(page("<!DOCTYPE html><p>a</p>", "template.php"), "<!DOCTYPE html><p>a</p>") << "source code stays";
  EXPECT_EQ(page("<p>a</p>", "a.md"), "<p>a</p>");
  EXPECT_EQ(page("no  markup\n", "a.html"), "no  markup\n");
  EXPECT_EQ(refusal("a.html", "<script>only()</script>"), "HTML: no text in it");
  EXPECT_EQ(refusal("a.html", std::string("\x7F") + "ELF\x02"), "binary file (ELF program)");
}

TEST(Html, DepthAndUnclosedElementsCostLittle) {
  std::string deep, crossed;
  for (int i = 0; i < 200'000; ++i) deep += "<div>";
  for (int i = 0; i < 3'000; ++i) crossed += "<b><p></i>x";
  EXPECT_EQ(page(deep + "seen"), "seen\n");
  EXPECT_THAT(page(crossed), testing::HasSubstr("x\n\nx"));
}

// Each end tag that closes nothing is looked for among all that are open: quadratic, so that time must bound it.
TEST(Html, TimeIsBounded) {
  std::string hostile;
  for (int i = 0; i < 300'000; ++i) hostile += "<div>";
  for (int i = 0; i < 300'000; ++i) hostile += "</b>";
  text::Bounds bounds;
  bounds.seconds = -2.5;  // beside what its size gives
  EXPECT_EQ(refusal("a.html", hostile, bounds), "HTML: takes too long to read");
}

TEST(Html, TheCallerMayStopIt) {
  text::Allowance allowance(10, [] { throw core::Cancelled(); });
  EXPECT_THROW(text::extract("a.html", "<p>text", allowance), core::Cancelled);
}

}  // namespace
}  // namespace corpuscope
