#pragma once
// Small sound files of every format, made from nothing.

#include <string>
#include <vector>

#include "archives.h"

namespace corpuscope::test {

inline std::string epub(const Members& chapters, const Members& more = {}) {
  std::string items, spine;
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    const std::string id(1, char('a' + i));
    items += "<item id=\"" + id + "\" href=\"text/" + chapters[i].first + "\" media-type=\"application/xhtml+xml\"/>";
    spine += "<itemref idref=\"" + id + "\"/>";
  }
  Members members = {
      {"mimetype", "application/epub+zip"},
      {"META-INF/container.xml",
       "<?xml version=\"1.0\"?><container xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\"><rootfiles>"
       "<rootfile full-path=\"OEBPS/book.opf\" "
       "media-type=\"application/oebps-package+xml\"/></rootfiles></container>"},
      {"OEBPS/book.opf",
       "<?xml version=\"1.0\"?><package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\"><manifest>"
       "<item id=\"ncx\" href=\"toc.ncx\" media-type=\"application/x-dtbncx+xml\"/>" +
           items + "</manifest><spine toc=\"ncx\">" + spine + "</spine></package>"},
  };
  for (const auto& [path, html] : chapters)
    members.push_back({"OEBPS/text/" + path,
                       "<?xml version=\"1.0\" encoding=\"utf-8\"?><html xmlns="
                       "\"http://www.w3.org/1999/xhtml\"><head><title>t</title></head><body>" +
                           html + "</body></html>"});
  members.insert(members.end(), more.begin(), more.end());
  return zip(members, true);
}

inline std::string docx(const std::string& body, const std::string& footnotes = "") {
  const std::string space = " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
  Members members = {
      {"[Content_Types].xml", "<Types/>"},
      {"_rels/.rels",
       "<Relationships><Relationship Id=\"a\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/"
       "relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>"},
      {"word/styles.xml",
       "<w:styles" + space +
           "><w:style w:type=\"paragraph\" w:styleId=\"Kop1\"><w:name w:val=\"heading 1\"/></w:style>"
           "<w:style w:type=\"paragraph\" w:styleId=\"Own\"><w:name w:val=\"Own\"/><w:pPr>"
           "<w:outlineLvl w:val=\"1\"/></w:pPr></w:style></w:styles>"},
      {"word/document.xml", "<w:document" + space + "><w:body>" + body + "</w:body></w:document>"},
  };
  if (!footnotes.empty())
    members.push_back({"word/footnotes.xml", "<w:footnotes" + space + ">" + footnotes + "</w:footnotes>"});
  return zip(members);
}

inline std::string odt(const std::string& body) {
  return zip(
      {{"mimetype", "application/vnd.oasis.opendocument.text"},
       {"content.xml",
        "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:text=\"t\" xmlns:table=\"b\" "
        "xmlns:draw=\"d\"><office:body><office:text>" +
            body + "</office:text></office:body></office:document-content>"}},
      true);
}

// The objects are numbered from 1; the first is the catalog.
inline std::string pdf_of(const std::vector<std::string>& objects) {
  std::string bytes = "%PDF-1.4\n", table;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto at = std::to_string(bytes.size());
    table += std::string(10 - at.size(), '0') + at + " 00000 n \n";
    bytes += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const auto start = bytes.size();
  const auto count = std::to_string(objects.size() + 1);
  return bytes + "xref\n0 " + count + "\n0000000000 65535 f \n" + table + "trailer\n<< /Size " + count +
         " /Root 1 0 R >>\nstartxref\n" + std::to_string(start) + "\n%%EOF\n";
}

// One page a list of lines; parentheses and backslashes in them are not escaped.
inline std::string pdf(const std::vector<std::vector<std::string>>& pages) {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", "",
                                      "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"};
  std::string kids;
  for (const auto& lines : pages) {
    kids += std::to_string(objects.size() + 1) + " 0 R ";
    objects.push_back("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents " +
                      std::to_string(objects.size() + 2) + " 0 R /Resources << /Font << /F1 3 0 R >> >> >>");
    std::string drawn = "BT /F1 12 Tf 72 720 Td 14 TL";
    for (const auto& line : lines) drawn += " (" + line + ") Tj T*";
    drawn += " ET";
    objects.push_back("<< /Length " + std::to_string(drawn.size()) + " >>\nstream\n" + drawn + "\nendstream");
  }
  objects[1] = "<< /Type /Pages /Count " + std::to_string(pages.size()) + " /Kids [" + kids + "] >>";
  return pdf_of(objects);
}

inline std::string mbox() {
  return "From a@example.org Thu Jan  1 00:00:00 2015\n"
         "From: Ann <a@example.org>\nTo: Bob <b@example.org>\nDate: Thu, 1 Jan 2015 10:00:00 +0100\n"
         "Subject: =?utf-8?q?Caf=C3=A9?= at ten\nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\n"
         "Content-Transfer-Encoding: quoted-printable\n\nThe caf=E9 is\nclosed.\n>From now on.\n\n"
         "From b@example.org Fri Jan  2 00:00:00 2015\n"
         "From: Bob <b@example.org>\nSubject: Re: at ten\nMIME-Version: 1.0\n"
         "Content-Type: multipart/mixed; boundary=\"x\"\n\n--x\nContent-Type: multipart/alternative; "
         "boundary=\"y\"\n\n"
         "--y\nContent-Type: text/plain\n\nPlainly.\n--y\nContent-Type: text/html\n\n<p>Richly.</p>\n--y--\n"
         "--x\nContent-Type: image/png\nContent-Disposition: attachment; filename=a.png\n"
         "Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--x--\n";
}

inline std::string notebook() {
  return R"({"cells": [
    {"cell_type": "markdown", "source": ["# The tides\n", "A *study*."], "metadata": {}},
    {"cell_type": "code", "source": ["import math\n", "print(math.pi)\n"], "metadata": {},
     "outputs": [{"output_type": "stream", "text": ["3.14\n"]}], "execution_count": 1},
    {"cell_type": "code", "source": "", "outputs": []},
    {"cell_type": "code", "source": "x = \"\u00e9\"", "outputs": []}],
   "metadata": {}, "nbformat": 4, "nbformat_minor": 5})";
}

}  // namespace corpuscope::test
