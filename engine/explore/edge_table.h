#pragma once
// The strongest sources of tokens, as a run keeps them, in a window of the matrix: for other programs.

#include <string>
#include <vector>

#include "explore/exact_weights.h"
#include "explore/passages.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

constexpr std::int64_t most_queries_of_edges = 100'000;

// By query, the strongest of each first. layer -1: of all. Throws core::Error where there are more queries than that.
std::vector<workspace::Edge> stored_edges(const workspace::Workspace& workspace, std::int64_t run, int layer,
                                          const WeightWindow& window);

// Comma-separated, a row an edge; layers, levels and heads count from 1, as on the screen.
std::string edge_table(const std::vector<workspace::Edge>& edges, Passages& passages);

}  // namespace corpuscope::explore
