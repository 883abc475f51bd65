#pragma once
// A run's model, put at any place of the sequence that it has read.
//
// What a model knows at a place follows from all that it read before. So it is set to the nearest state that is kept,
// the run's waypoints or what was passed in earlier calls, and reads on from there, without looking. Chunks end where
// they ended when the run was made, so that the numbers are the same.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "core/job.h"
#include "explore/read_setup.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

class RunReader {
 public:
  struct Cost {
    std::int64_t tokens = 0;  // that are read again
    double seconds = 0;       // estimated: by what was read again before, else by how long the run took
  };

  // `model` empty: the folder of that name in resources/models. Throws core::Error where there is no such run, or the
  // model is not the very one that made it.
  RunReader(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model = {});

  workspace::Workspace& workspace() { return workspace_; }
  const workspace::Run& run() const { return run_; }
  const model::Config& config() const { return model_.decoder.config(); }

  // Of reading [position, end) with a look at it.
  Cost cost(std::int64_t position, std::int64_t end) const;

  // The model has read [0, position). Advances the job by what it reads; throws core::Error outside of what was read
  // by the run.
  void go_to(std::int64_t position, core::Job& job);
  // The next `count` tokens. `bits` may be null, then nobody wants to know the surprisal.
  void read(std::int64_t count, float* bits, model::LayerSinks* sinks, core::Job& job);
  const std::vector<float>& next_logits() const { return reader_->next_logits(); }
  std::int64_t position() const { return reader_->position(); }

 private:
  std::int64_t start_for(std::int64_t position) const;
  void start_at(std::int64_t position);
  void keep();

  workspace::Workspace workspace_;
  const workspace::Run run_;
  const ReadModel model_;
  const std::int64_t chunk_;
  std::vector<std::int64_t> waypoints_;
  std::unique_ptr<model::Reader> reader_;
  std::map<std::int64_t, std::vector<std::byte>> kept_;  // states that were passed, by position
  std::vector<std::int64_t> kept_order_;                 // oldest first
  std::int64_t kept_bytes_ = 0;
  double operations_per_second_ = 0;
};

}  // namespace corpuscope::explore
