#pragma once
// Places that a person wants to find again.
//
// A bookmark is kept by its document and the token in it, so that it stays where it was when other documents come, go
// or change. One whose document is gone has no place and is not listed; it comes back with the document.

#include <cstdint>
#include <optional>
#include <string>

namespace corpuscope::workspace {

struct Bookmark {
  std::int64_t first = 0, count = 1;  // tokens of the sequence
  std::string name;                   // as a person called it
  std::string view;                   // of the window it belongs to, and how that looked, in that view's own words
  std::int64_t id = 0;                // 0: not stored yet
};

// A part of the attention matrix, as a bookmark keeps it: its keys are the bookmark's own tokens; its queries stand in
// `view`, counted from the first key, so that they too stay in place when other documents come or go.
struct MatrixPlace {
  std::int64_t query = 0, queries = 1, key = 0, keys = 1;
  bool operator==(const MatrixPlace&) const = default;
};

Bookmark bookmark_of(const MatrixPlace& place, std::string name);
// Nothing where it is a bookmark of another view. The queries may lie outside of the sequence.
std::optional<MatrixPlace> matrix_place(const Bookmark& bookmark);

}  // namespace corpuscope::workspace
