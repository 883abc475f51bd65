#pragma once
// Reading the beginning of a run's sequence once more, for attention weights that were not kept with the run.
//
// A weight deep in the sequence follows from all that was read before it, so that a question about one token costs the
// reading of everything up to it. What is asked for is seen as it passes; nothing is stored.

#include <cstdint>
#include <filesystem>

#include "attention/attention.h"
#include "core/job.h"
#include "explore/reread_cost.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

// Sees the weights of a sequence chunk by chunk, of each chunk layer by layer.
class Walk {
 public:
  virtual ~Walk() = default;
  virtual bool wants(int layer, std::int64_t first, std::int64_t count) const = 0;
  virtual void begin(int layer, std::int64_t first, std::int64_t count) = 0;
  // Between begin and end, as a WeightSink: tiles of one head come from one thread at a time.
  virtual void tile(int layer, const attention::WeightTile& tile) = 0;
  virtual void end(int layer) = 0;  // of the chunk that was begun
};

// Lets the walk see tokens [0, end). `model`: the folder of the run's model; empty: that name among the resources.
// Throws core::Error where it is not there or is another one, core::Cancelled when the job is cancelled.
void reread(const std::filesystem::path& workspace, const workspace::Run& run, const std::filesystem::path& model,
            std::int64_t end, Walk& walk, core::Job& job);

}  // namespace corpuscope::explore
