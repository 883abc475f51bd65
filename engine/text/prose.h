#pragma once
// Builds a text in reading order: white space collapses, paragraphs have one blank line between, headings and pages
// become anchors.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/extract.h"

namespace corpuscope::text {

class Prose {
 public:
  void text(std::string_view utf8);  // collapsed with what came before, unless preformatted
  void tab();                        // inside a line
  void row();                        // of a table: a line of its own, ...
  void cell();                       // ... whose cells have a tab between, empty ones too
  void line_break();                 // the second in a row ends a paragraph
  void line();                       // what follows begins a line, ...
  void paragraph();                  // ... stands behind a blank line
  void preformatted(bool on);        // may be nested

  void anchor(std::string name);  // at whatever text comes next
  void page(std::string name);    // an anchor, too
  void begin_heading();           // a paragraph; the text until its end names an anchor
  void end_heading();

  void verbatim(std::string_view utf8);  // a paragraph whose lines stay as they are
  void append(Extracted part);           // a finished text as paragraphs of this one, with its anchors

  std::int64_t size() const { return std::int64_t(text_.size()); }

  // The text ends with one line end; it is empty where nothing but white space came.
  Extracted finish(std::string encoding);

 private:
  enum class Gap { none, space, line, paragraph };  // by strength
  void widen(Gap gap);
  void wait_for_text(std::string name, bool is_page);
  void close_gap();
  void preformatted_text(std::string_view utf8);

  std::string text_;
  std::vector<Anchor> anchors_;
  std::vector<Anchor> waiting_;  // for text
  Gap gap_ = Gap::none;
  int tabs_ = 0, cells_ = 0, preformatted_ = 0;  // tabs behind the gap; cells of the row
  bool in_heading_ = false, after_return_ = false;
  std::int64_t heading_start_ = -1;  // -1: none of its text has come yet
};

}  // namespace corpuscope::text
