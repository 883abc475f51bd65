#include "text/docx.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/error.h"
#include "text/archive_reader.h"
#include "text/known_formats.h"
#include "text/prose.h"
#include "text/xml.h"

namespace corpuscope::text {
namespace {

using Event = XmlReader::Event;
using Files = std::map<std::string, std::string>;

bool is_part(const std::string& path) {
  const auto ending = name_ending(path);
  return (ending == "xml" || ending == "rels") && !path.starts_with("word/theme/") && !path.starts_with("customXml/");
}

// Usually word/document.xml, but only the relationships are sure to say so.
std::string document_path(const Files& files, Allowance& allowance) {
  const auto relations = files.find("_rels/.rels");
  if (relations != files.end()) {
    XmlReader xml(relations->second, relations->first, allowance);
    for (auto event = xml.next(); event != Event::finished; event = xml.next()) {
      if (event != Event::start || xml.name() != "Relationship") continue;
      if (!xml.attribute("Type").ends_with("/officeDocument")) continue;
      const auto target = xml.attribute("Target");
      return target.starts_with('/') ? target.substr(1) : target;
    }
  }
  return "word/document.xml";
}

// Ids of the styles that make a paragraph a heading: by their outline level or, where that is inherited, by name.
std::set<std::string> heading_styles(const Files& files, const std::string& folder, Allowance& allowance) {
  std::set<std::string> headings;
  const auto styles = files.find(folder + "styles.xml");
  if (styles == files.end()) return headings;
  XmlReader xml(styles->second, styles->first, allowance);
  std::string style;
  for (auto event = xml.next(); event != Event::finished; event = xml.next()) {
    if (event != Event::start) continue;
    if (xml.name() == "style") style = xml.attribute("type") == "paragraph" ? xml.attribute("styleId") : "";
    if (style.empty()) continue;
    const auto value = xml.attribute("val");
    if (xml.name() == "outlineLvl" && value.size() == 1 && value < "9") headings.insert(style);  // 9: body text
    if (xml.name() == "name" && (value.starts_with("heading ") || value.starts_with("Heading ") || value == "Title"))
      headings.insert(style);
  }
  return headings;
}

// One part (body, footnotes or endnotes) into prose.
class Part {
 public:
  Part(Prose& prose, const std::set<std::string>& headings, const std::string& bytes, const std::string& path,
       Allowance& allowance)
      : prose_(prose), headings_(headings), xml_(bytes, path, allowance) {}

  void read() {
    for (auto event = xml_.next(); event != Event::finished; event = xml_.next()) {
      if (event == Event::start) start();
      if (event == Event::end) end();
      if (event == Event::text && in_text_) prose_.text(xml_.text());
    }
    prose_.paragraph();
  }

 private:
  void start() {
    const auto name = xml_.name();
    // Fallback says once more what its neighbour says; what was moved away stands elsewhere; a note of another type
    // than a note's is a line above notes.
    const bool note = name == "footnote" || name == "endnote";
    if (name == "Fallback" || name == "moveFrom" || name == "del" || (note && !xml_.attribute("type").empty()))
      return xml_.skip_element();
    if (note) prose_.paragraph();
    if (name == "p") paragraph_starts();
    if (name == "pStyle" && headings_.contains(xml_.attribute("val"))) prose_.begin_heading();
    if (name == "outlineLvl" && xml_.attribute("val") < "9") prose_.begin_heading();
    if (name == "tbl") prose_.paragraph(), cells_.push_back(0);
    if (name == "tr") prose_.row();
    if (name == "tc" && !cells_.empty()) prose_.cell(), cells_.back() = 0;
    if (name == "tab" && in_run_) prose_.tab();
    if ((name == "br" || name == "cr") && in_run_) prose_.line_break();
    if (name == "noBreakHyphen") prose_.text("\u2011");
    if (name == "r") in_run_ = true;
    if (name == "t") in_text_ = true;
  }

  void end() {
    const auto name = xml_.name();
    if (name == "p") paragraph_ends();
    if (name == "tbl" && !cells_.empty()) cells_.pop_back(), prose_.paragraph();
    if (name == "r") in_run_ = false;
    if (name == "t") in_text_ = false;
  }

  // In a table a paragraph is a line at most: a row stays together.
  void paragraph_starts() {
    if (cells_.empty())
      prose_.paragraph();
    else if (cells_.back()++ > 0)
      prose_.line();
  }
  void paragraph_ends() {
    prose_.end_heading();
    if (cells_.empty()) prose_.paragraph();
  }

  Prose& prose_;
  const std::set<std::string>& headings_;
  XmlReader xml_;
  std::vector<int> cells_;  // of each table that is open: paragraphs in the current cell
  bool in_run_ = false, in_text_ = false;
};

}  // namespace

bool Docx::accepts(std::string_view file_name, std::string_view first_bytes) const {
  return known_format(file_name, first_bytes).name == "Word document (DOCX)";
}

Extracted Docx::extract(std::string_view, std::string_view bytes, Allowance& allowance) const {
  const auto files = read_members(bytes, allowance, is_part);
  const auto main = document_path(files, allowance);
  if (!files.contains(main)) throw core::Error("damaged (no " + main + ")");
  const auto folder = main.substr(0, main.rfind('/') + 1);
  const auto headings = heading_styles(files, folder, allowance);
  Prose prose;
  for (const auto& path : {main, folder + "footnotes.xml", folder + "endnotes.xml"})
    if (const auto part = files.find(path); part != files.end())
      Part(prose, headings, part->second, path, allowance).read();
  return prose.finish("DOCX");
}

}  // namespace corpuscope::text
