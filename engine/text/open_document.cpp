#include "text/open_document.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/error.h"
#include "text/archive_reader.h"
#include "text/known_formats.h"
#include "text/prose.h"
#include "text/xml.h"

namespace corpuscope::text {
namespace {

using namespace std::string_view_literals;
using Event = XmlReader::Event;

// Comments, deletions, what forms and indexes are made from, and characters' second readings.
constexpr std::array left_out = {"annotation"sv,
                                 "tracked-changes"sv,
                                 "forms"sv,
                                 "scripts"sv,
                                 "styles"sv,
                                 "automatic-styles"sv,
                                 "font-face-decls"sv,
                                 "ruby-text"sv,
                                 "index-title-template"sv,
                                 "table-of-content-source"sv,
                                 "desc"sv,
                                 "title"sv};

class Content {
 public:
  Content(const std::string& bytes, Allowance& allowance) : xml_(bytes, "content.xml", allowance) {}

  Extracted read() {
    for (auto event = xml_.next(); event != Event::finished; event = xml_.next()) {
      if (event == Event::start) start();
      if (event == Event::end) end();
      if (event == Event::text && !in_text_.empty()) here().text(xml_.text());
    }
    prose_.append(notes_.finish(""));
    return prose_.finish("OpenDocument");
  }

 private:
  Prose& here() { return in_note_ > 0 ? notes_ : prose_; }  // notes come behind the text that they interrupt

  void start() {
    const auto name = xml_.name();
    if (std::find(left_out.begin(), left_out.end(), name) != left_out.end()) return xml_.skip_element();
    if (name == "note") ++in_note_, notes_.paragraph();
    if (name == "note-citation") return xml_.skip_element();
    if (name == "h") here().begin_heading();
    if (name == "p" || name == "h") {
      paragraph_starts();
      in_text_.push_back(name == "h");
    }
    if (name == "s") here().text(" ");
    if (name == "tab") here().tab();
    if (name == "line-break") here().line_break();
    if (name == "table" || name == "page") {
      here().paragraph();
      here().anchor(xml_.attribute("name"));
      if (name == "table") cells_.push_back(0);
    }
    if (name == "table-row") here().row();
    if ((name == "table-cell" || name == "covered-table-cell") && !cells_.empty()) here().cell(), cells_.back() = 0;
    if (name == "list-item") here().line();
  }

  void end() {
    const auto name = xml_.name();
    if ((name == "p" || name == "h") && !in_text_.empty()) {
      if (in_text_.back()) here().end_heading();
      in_text_.pop_back();
      if (cells_.empty()) here().paragraph();
    }
    if (name == "table" && !cells_.empty()) cells_.pop_back(), here().paragraph();
    if (name == "note" && in_note_ > 0) --in_note_, notes_.paragraph();
  }

  // In a table a paragraph is a line at most: a row stays together.
  void paragraph_starts() {
    if (cells_.empty())
      here().paragraph();
    else if (cells_.back()++ > 0)
      here().line();
  }

  XmlReader xml_;
  Prose prose_, notes_;
  std::vector<bool> in_text_;  // of each paragraph that is open: whether it is a heading
  std::vector<int> cells_;     // of each table that is open: paragraphs in the current cell
  int in_note_ = 0;
};

}  // namespace

bool OpenDocument::accepts(std::string_view file_name, std::string_view first_bytes) const {
  return known_format(file_name, first_bytes).name == "OpenDocument";
}

Extracted OpenDocument::extract(std::string_view, std::string_view bytes, Allowance& allowance) const {
  const auto files = read_members(bytes, allowance, [](const std::string& path) {
    return path == "content.xml" || path == "META-INF/manifest.xml";
  });
  if (const auto manifest = files.find("META-INF/manifest.xml"); manifest != files.end())
    if (manifest->second.find(":encryption-data") != std::string::npos)
      throw core::Error("protected with a password");
  const auto content = files.find("content.xml");
  if (content == files.end()) throw core::Error("damaged (no content.xml)");
  return Content(content->second, allowance).read();
}

}  // namespace corpuscope::text
