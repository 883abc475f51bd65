#pragma once
// What a reading follows from: the model, the level of detail and the sequence's length. Nothing here depends on the
// machine, so that a run that goes on elsewhere takes the same steps.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "explore/inspection.h"
#include "explore/read.h"
#include "model/decoder.h"

namespace corpuscope::explore {

struct ReadModel {
  std::string name;
  model::Decoder decoder;         // with the levels that the sequence's length asks for
  std::string config;             // of `decoder`
  std::uint64_t fingerprint = 0;  // of configuration and weights
};

// `folder` empty: the default model. Throws core::Error where it cannot read this workspace's tokens.
ReadModel load_read_model(const ReadSettings& settings, const workspace::Workspace& workspace);

// With the levels of such a `config`.
ReadModel load_read_model(const std::filesystem::path& folder, const std::string& config);

// With the levels that a sequence of so many tokens asks for.
model::Config for_length(model::Config config, std::int64_t tokens);

InspectionSettings inspection_settings(const model::Config& config, workspace::Detail detail, std::int64_t tokens);

// Floating-point operations that the first `tokens` of a sequence cost.
double reading_operations(const model::Config& config, std::int64_t tokens);

struct ReadSteps {
  std::int64_t chunk = 0;       // tokens that go through the model together
  std::int64_t checkpoint = 0;  // tokens between two transactions; a multiple of the chunk
  std::int64_t waypoint = 0;    // tokens between two states that are kept; a multiple of the checkpoint; 0: none
};

// A GPU takes longer ones: it is done with a processor's before it is busy.
ReadSteps read_steps(const model::Config& config, const InspectionSettings& inspection, bool gpu = false);

struct ReadSize {
  double per_token = 0;  // waypoints included
  double tiles = 0;      // of that, pooled maps at all zooms
  std::int64_t state = 0;
};

std::int64_t memory_needed(const ReadSettings& settings, std::int64_t tokens);  // bytes, by the settings' model

ReadSize read_size(const model::Config& config, const InspectionSettings& inspection);

// What reading the tokens from `done` on adds to a workspace.
std::int64_t bytes_to_add(const model::Config& config, workspace::Detail detail, std::int64_t tokens,
                          std::int64_t done);

std::string name(workspace::Detail detail);

// The newest run that such a reading goes on with, finished or not; a new one where there is none. `settings.run`
// asks for a certain one: throws core::Error where it is not there or was made otherwise.
std::optional<workspace::Run> fitting_run(workspace::Workspace& workspace, const ReadSettings& settings,
                                          const ReadModel& model);

// read_corpus with steps of other sizes.
std::int64_t read_corpus(parallel::Collective& ranks, const std::filesystem::path& workspace,
                         const ReadSettings& settings, std::optional<ReadSteps> steps, core::Job& job);
std::int64_t read_corpus(const std::filesystem::path& workspace, const ReadSettings& settings,
                         std::optional<ReadSteps> steps, core::Job& job);

}  // namespace corpuscope::explore
