#pragma once
// A file becomes clean UTF-8 text.
//
// An Extractor turns the bytes of one kind of file into text; the first that accepts a file is used. Plain text and
// source code (Markdown among them) are decoded and otherwise left as they are: the text, encoded back, is the
// file. Of the other formats, what is kept is what a reader reads, in reading order: paragraphs with a blank line
// between, lines of verse, list items and table rows with a line end, table cells with a tab; runs of white space are
// one space, soft hyphens are left out.
//
//   format       known by             kept                                        anchors          left out
//   HTML         .html .htm .xhtml,   text of the body, entities decoded, <pre>   h1 to h6,        title, scripts,
//                or its beginning     as it is                                    page marks       styles, ruby, alt
//   EPUB         its first entry,     the spine's documents in order, as HTML     as HTML, else    pictures, covers
//                or .epub                                                         table of contents
//   DOCX         .docx .docm          body with tables and text boxes, then       heading styles   headers, comments,
//                                     foot- and endnotes                                           what was deleted
//   OpenDocument its first entry,     body with tables, then notes                headings, slides, the same
//                or .odt .ods .odp                                                sheets
//   PDF          %PDF-                text by page, line by line, as drawn;       pages            pictures, forms
//                                     divided words whole again, ligatures spelled
//   notebook     .ipynb               sources of all cells                        cells, headings  outputs
//   mail         .mbox .eml           From, To, Date, Subject and body            messages         attachments
//   compressed   gzip, bzip2, xz,     what is inside, read as if it had           its own
//                Zstandard            the name without the ending
//
// RTF and the older Office formats are refused: no library in reach reads them well. Archives (ZIP, tar) hold many
// documents: see archive.h. PDF and mail are taken apart by libraries that a hostile file may crash or hang: that
// happens in a process of its own (helper.h). Bounds of what reading may cost: allowance.h.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/allowance.h"

namespace corpuscope::text {

// A place in the text that has a name: a chapter's heading, a page ("page 12"), a message's subject.
struct Anchor {
  std::int64_t offset = 0;  // byte in the text; they ascend
  std::string name;
  bool is_page = false;  // pages run through the chapters
};

struct Extracted {
  std::string text;  // valid UTF-8
  std::string
      encoding;      // of the file: "UTF-8", "UTF-16LE", "ISO-8859-1", ...; where it is not text itself, its format
  std::string note;  // what a person should know, e.g. "3 invalid bytes became U+FFFD"; may be empty
  std::vector<Anchor> anchors;
};

class Extractor {
 public:
  virtual ~Extractor() = default;
  virtual std::string_view format() const = 0;  // as reasons name it; "" for plain text
  virtual bool accepts(std::string_view file_name, std::string_view first_bytes) const = 0;
  // Throws core::Error with the reason where the bytes are no text of this kind or break a bound, and whatever the
  // allowance's poll throws.
  virtual Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const = 0;
};

// To be raised with each change of the extractors after which a file that was refused may be read.
constexpr std::int64_t readers_version = 1;

// All extractors, in the order in which they are asked.
const std::vector<std::unique_ptr<Extractor>>& extractors();

// Why a file that begins so is refused whatever follows ("binary file (PNG picture)"); "" where only its whole bytes
// tell. So that large files are not read for nothing.
std::string refused_at_sight(std::string_view file_name, std::string_view first_bytes);

// Text of a file's bytes by the first extractor that accepts it; throws core::Error with the reason ("binary file",
// "empty file", ...) where there is none, or where it turns out to be an archive.
Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance);
Extracted extract(std::string_view file_name, std::string_view bytes);  // with an allowance of its own

}  // namespace corpuscope::text
