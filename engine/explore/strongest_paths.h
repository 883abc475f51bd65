#pragma once
// The paths through the layers of a run by which most of a passage came to a token.
//
// A path makes one step a layer: by an edge of attention of one head and level, or along the residual stream. Its
// strength is the product of its steps, where an edge counts half of its weight divided by the heads and the residual
// stream a half: so the strengths of all paths between two tokens add up to what the attention rollout tells (see
// rollout.h), and a strength is a share of that.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/job.h"
#include "explore/reread_cost.h"

namespace corpuscope::explore {

struct PathQuestion {
  std::int64_t run = 0;
  std::int64_t first = 0, count = 1;  // the passage from which
  std::int64_t target = 0;            // the token to which
  int most = 5;                       // paths
  std::filesystem::path model;        // the folder of the run's model; empty: that name among the resources
};

// Throw core::Error where there is no such run, or where it has no such token.
workspace::Run require_run(const workspace::Workspace& workspace, std::int64_t run);
void check_passage(const workspace::Run& run, std::int64_t first, std::int64_t count);

// Among the edges that are stored with the run, which are each token's strongest few: at once, strongest first. Walks
// back from the target with the strongest `beam` tokens a layer, which is all of them where a run has few layers.
std::vector<workspace::FoundPath> stored_paths(const workspace::Workspace& workspace, const PathQuestion& question,
                                               int beam = 4096);

// Among all edges, by reading everything up to the target once more: exact, and as costly as told.
RereadCost strongest_paths_cost(const workspace::Run& run, const PathQuestion& question);
std::vector<workspace::FoundPath> strongest_paths(const std::filesystem::path& workspace, const PathQuestion& question,
                                                  core::Job& job);

}  // namespace corpuscope::explore
