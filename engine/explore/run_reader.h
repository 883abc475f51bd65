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
#include "explore/reread_cost.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

class RunReader {
 public:
  // `model` empty: the folder of that name in resources/models. Throws core::Error where there is no such run, or the
  // model is not the very one that made it.
  RunReader(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model = {});

  workspace::Workspace& workspace() { return workspace_; }
  const workspace::Run& run() const { return run_; }
  const model::Decoder& decoder() const { return model_.decoder; }
  const model::Config& config() const { return model_.decoder.config(); }

  // Of reading [position, end) with a look at it; the time by what was read again before, else by the run's own.
  RereadCost cost(std::int64_t position, std::int64_t end) const;

  RereadCost cost_between(std::int64_t first, std::int64_t end) const;  // from the one to the other

  // The model has read [0, position). Advances the job by what it reads; throws core::Error outside of what was read
  // by the run.
  void go_to(std::int64_t position, core::Job& job);
  // The next `count` tokens. `bits` may be null, then nobody wants to know the surprisal.
  void read(std::int64_t count, float* bits, model::LayerSinks* sinks, core::Job& job);
  const std::vector<float>& next_logits() const { return reader_->next_logits(); }
  std::int64_t position() const { return reader_->position(); }
  // How far a read may go that passes through each layer once, where the run's own chunks ended.
  std::int64_t step() const { return step(reader_->position()); }
  std::int64_t step(std::int64_t at) const;
  std::int64_t chunk() const { return chunk_; }
  // Of the sequence; throws core::Error where they are not there any more.
  std::vector<std::int32_t> tokens(std::int64_t first, std::int64_t count) const;
  // What the model knows there: for a reader of one's own that goes on with other tokens than the sequence's.
  std::vector<std::byte> state() const { return reader_->save(); }

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
