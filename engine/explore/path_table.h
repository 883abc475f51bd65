#pragma once
// Paths as a table and as JSON, for other programs. Layers, levels and heads count from 0.

#include <string>
#include <vector>

#include "explore/passages.h"
#include "workspace/paths.h"

namespace corpuscope::explore {

// Comma-separated, a row a step. Path 0 is the pattern's, the others are the strongest. `passages`: null where there
// are no texts.
std::string path_table(const workspace::FoundPath& structural, const std::vector<workspace::FoundPath>& strongest,
                       int heads, Passages* passages);

}  // namespace corpuscope::explore
