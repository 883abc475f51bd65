#pragma once
// Places of a document that have a name: chapters, pages, messages.

#include <cstdint>
#include <string>

namespace corpuscope::workspace {

struct Anchor {
  std::int64_t offset = 0;  // byte in the document's text
  std::string name;
  bool is_page = false;  // pages run through the headings
};

}  // namespace corpuscope::workspace
