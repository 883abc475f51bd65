#pragma once
// A part of the attention matrix, as a bookmark keeps it.

#include <optional>

#include "workspace/bookmarks.h"

namespace corpuscope::workspace {

// Its keys are the bookmark's own tokens; its queries stand in `view`, counted from the first key, so that they too
// stay in place when other documents come or go.
struct MatrixPlace {
  std::int64_t query = 0, queries = 1, key = 0, keys = 1;
  bool operator==(const MatrixPlace&) const = default;
};

Bookmark bookmark_of(const MatrixPlace& place, std::string name);
// Nothing where it is a bookmark of another view. The queries may lie outside of the sequence.
std::optional<MatrixPlace> matrix_place(const Bookmark& bookmark);

}  // namespace corpuscope::workspace
