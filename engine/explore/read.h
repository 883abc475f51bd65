#pragma once
// Reading: the whole sequence streams through a model, and what was seen is kept as a run of the workspace.

#include <filesystem>
#include <string>

#include "core/job.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

struct ReadSettings {
  std::filesystem::path model;  // a model folder; empty: `pocket` of resources/models
  workspace::Detail detail = workspace::Detail::balanced;
  std::int64_t size_limit = 0;  // bytes that the run may add to the workspace; 0: no limit
  std::int64_t run = 0;         // go on with this unfinished run; 0: with the newest fitting one, else a new one
};

// What a run will cost, known before it starts.
struct ReadPlan {
  std::int64_t tokens = 0;        // still to be read
  std::int64_t bytes = 0;         // the run will add to the workspace, estimated
  double bytes_per_token = 0;
  double seconds = 0;             // from a short measurement on this machine
  std::string model;
  std::string config;             // with the levels that the sequence's length asks for
};

ReadPlan plan_read(const std::filesystem::path& workspace, const ReadSettings& settings);

// Returns the run's id. May be killed or cancelled at any moment; called again it goes on, with the same result as
// an undisturbed run. Throws core::Error where the plan is above the size limit.
std::int64_t read_corpus(const std::filesystem::path& workspace, const ReadSettings& settings, core::Job& job);

}  // namespace corpuscope::explore
