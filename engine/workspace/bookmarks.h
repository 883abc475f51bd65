#pragma once
// Places that a person wants to find again.
//
// A bookmark is kept by its document and the token in it, so that it stays where it was when other documents come, go
// or change. One whose document is gone has no place and is not listed; it comes back with the document.

#include <cstdint>
#include <string>

namespace corpuscope::workspace {

struct Bookmark {
  std::int64_t first = 0, count = 1;  // tokens of the sequence
  std::string name;                   // as a person called it
  std::string view;                   // of the window it belongs to, and how that looked, in that view's own words
  std::int64_t id = 0;                // 0: not stored yet
};

}  // namespace corpuscope::workspace
