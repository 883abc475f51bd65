#include "fuzz/targets.h"

#include "core/error.h"
#include "samples.h"
#include "text/archive.h"
#include "text/extract.h"
#include "text/utf8.h"

namespace corpuscope::fuzz {
namespace {

std::string itself(std::string input) { return input; }

std::string as_document(std::string input) {
  return test::zip({{"word/document.xml", input}, {"word/styles.xml", input}, {"_rels/.rels", input}}, true);
}

std::string as_content(std::string input) {
  return test::zip({{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", input}}, true);
}

std::string as_package(std::string input) {
  return test::zip({{"mimetype", "application/epub+zip"},
                    {"META-INF/container.xml", "<container><rootfile full-path=\"p.opf\"/></container>"},
                    {"p.opf", input},
                    {"toc.ncx", input},
                    {"a.xhtml", "<h1>One</h1><p>text</p>"}},
                   true);
}

std::string fault_of(const text::Extracted& extracted) {
  if (!text::is_utf8(extracted.text)) return "text that is not UTF-8";
  if (extracted.text.empty()) return "no text and no reason";
  std::int64_t before = 0;
  for (const auto& anchor : extracted.anchors) {
    if (anchor.offset < before || anchor.offset > std::int64_t(extracted.text.size()))
      return "an anchor out of place";
    if (!text::is_utf8(anchor.name)) return "an anchor's name that is not UTF-8";
    before = anchor.offset;
  }
  return {};
}

const std::string html =
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>t</title><style>p{}</style></head><body><h1>One</h1>"
    "<p>a &amp; b &eacute;<br>c</p><pre>\n x\n</pre><table><tr><th>a<td>b</table><script>x()</script><ul><li>i<ol>"
    "<li>j</ol></ul><span role=doc-pagebreak aria-label=7></span><!-- c --></body></html>";
const std::string document =
    "<w:document xmlns:w=\"w\"><w:body><w:p><w:pPr><w:pStyle w:val=\"H\"/></w:pPr><w:r><w:t>The start</w:t><w:tab/>"
    "</w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:del><w:r/></w:del>"
    "<w:style w:type=\"paragraph\" w:styleId=\"H\"><w:name w:val=\"heading 1\"/></w:style></w:body></w:document>";
const std::string content =
    "<o:document-content xmlns:o=\"o\" xmlns:text=\"t\"><text:h>Start</text:h><text:p>a<text:s/>b<text:note>"
    "<text:note-citation>1</text:note-citation><text:p>n</text:p></text:note></text:p><text:table text:name=\"T\">"
    "<text:table-row><text:table-cell><text:p>c</text:p></text:table-cell></text:table-row></text:table>"
    "</o:document-content>";
const std::string package =
    "<package><manifest><item id=\"a\" href=\"a.xhtml\"/><item id=\"n\" href=\"toc.ncx\" properties=\"nav\"/>"
    "</manifest><spine toc=\"n\"><itemref idref=\"a\"/></spine><a href=\"a%2exhtml\">One</a></package>";

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"html", "a.html", itself, {html, "<p>\xE9<meta charset=koi8-r>", "\xFF\xFE<"}},
      {"epub", "a.epub", itself, {test::epub({{"a.xhtml", html}, {"b.xhtml", "<p>b"}})}},
      {"epub_package", "a.epub", as_package, {package}},
      {"docx", "a.docx", itself, {test::docx("<w:p><w:r><w:t>text</w:t></w:r></w:p>")}},
      {"docx_document", "a.docx", as_document, {document}},
      {"odt", "a.odt", itself, {test::odt("<text:p>text</text:p>")}},
      {"odt_content", "a.odt", as_content, {content}},
      {"notebook", "a.ipynb", itself, {test::notebook()}},
      {"zip",
       "a.zip",
       itself,
       {test::zip({{"a.txt", "text"}, {"b/c.html", html}}), test::zip({{"z.zip", test::zip({{"a", "b"}})}}, true)}},
      {"tar", "a.tar", itself, {test::tar({{"a.txt", "text"}, {"b/c.html", html}})}},
      {"compressed",
       "a.html.gz",
       itself,
       {test::compressed(html), test::compressed(html, archive_write_add_filter_bzip2),
        test::compressed(html, archive_write_add_filter_xz), test::compressed(html, archive_write_add_filter_zstd),
        test::tar({{"a.txt", "text"}}, archive_write_add_filter_gzip)}},
      {"pdf", "a.pdf", itself, {test::pdf({{"The first page"}, {"and the sec-", "ond"}})}, true},
      {"mail", "a.mbox", itself, {test::mbox()}, true},
  };
  return all;
}

std::string fault_in_reading(const std::string& file, const std::string& bytes) {
  text::Bounds bounds;
  bounds.always = bounds.expanded = 4 << 20;
  bounds.members = 1000;
  bounds.seconds = 10;
  text::Allowance allowance(std::int64_t(bytes.size()), {}, bounds);
  std::string fault;
  const auto read = [&](const std::string& name, const std::string& content) {
    const auto extracted = text::extract(name, content, allowance);
    if (fault.empty()) fault = fault_of(extracted);
  };
  const auto member = [&](const std::string& name, const std::string& content) {
    if (!text::is_utf8(name)) fault = "a name that is not UTF-8";
    try {
      read(name, content);
    } catch (const core::Error&) {
    }
  };
  try {
    if (text::is_archive(file, bytes))
      text::read_archive(file, bytes, allowance, {member, [](auto, auto) {}});
    else
      read(file, bytes);
  } catch (const core::Error& error) {
    if (!text::is_utf8(error.what())) return "a reason that is not UTF-8";
    if (std::string_view(error.what()).find("takes too long") != std::string_view::npos) return error.what();
  }
  return fault;
}

}  // namespace corpuscope::fuzz
