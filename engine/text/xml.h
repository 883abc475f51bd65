#pragma once
// XML as a stream of starts, ends and texts, by libxml2: no tree, no network, no external entities, none expanded, at
// most 256 elements inside each other.

#include <memory>
#include <string>
#include <string_view>

#include "text/allowance.h"

namespace corpuscope::text {

void start_xml_library();  // before each use, by the thread that uses it

class XmlReader {
 public:
  enum class Event { start, end, text, finished };

  // The bytes must outlive this. `what` names the file in errors: "word/document.xml".
  XmlReader(std::string_view bytes, std::string what, Allowance& allowance);
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  Event next();  // throws core::Error where the XML is damaged; an empty element has an end, too

  // Of a start or an end, without the namespace's prefix. Valid until the next event.
  std::string_view name() const;
  // Of a start: "" where it is not there; `name` without prefix.
  std::string attribute(std::string_view name) const;
  std::string_view text() const;  // of a text

  void skip_element();  // after a start: everything up to its end, the end included

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  Allowance& allowance_;
  std::string what_;
  std::string_view bytes_;
  bool end_of_empty_ = false;
  std::int64_t events_ = 0;
};

}  // namespace corpuscope::text
