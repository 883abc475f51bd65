#pragma once
// Attention rollout (Abnar & Zuidema 2020, "Quantifying attention flow in transformers", section 3): how much of a
// passage every later token holds behind the last layer, were tokens mixed by attention and the residual stream alone.
//
// With A_l the weights of layer l, averaged over its heads, the shares are the passage's columns of the product of all
// (I + A_l) / 2, last layer first; each of its rows adds up to 1.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/job.h"
#include "explore/reread_cost.h"

namespace corpuscope::explore {

struct RolloutQuestion {
  std::int64_t run = 0;
  std::int64_t first = 0, count = 1;  // the passage
  std::string name;
  std::filesystem::path model;  // the folder of the run's model; empty: that name among the resources
};

RereadCost rollout_cost(const workspace::Run& run, const RolloutQuestion& question);

// Reads the run's sequence once more and keeps the shares in the workspace. Returns the rollout's id.
std::int64_t roll_out(const std::filesystem::path& workspace, const RolloutQuestion& question, core::Job& job);

// The tokens behind the passage that hold most of it, the strongest first, at most `most` of them.
struct Held {
  std::int64_t token = 0;
  float share = 0;
};
std::vector<Held> strongest_holders(const workspace::Workspace& workspace, const workspace::Rollout& rollout, int most);

}  // namespace corpuscope::explore
