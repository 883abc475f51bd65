#pragma once
// What computes on a GPU, where the program was built with it: brought in when the program starts, so that the rooms
// above choose when they run and need no CUDA to be built.

#include <memory>
#include <optional>

#include "model/decoder.h"
#include "model/learner.h"

namespace corpuscope::model {

// The ranks of a training, each with a GPU: all, whose gradients are summed, and those that split each sequence.
struct LearnerRanks {
  parallel::Collective* all = nullptr;
  parallel::Collective* window = nullptr;
};

class GpuBackend {
 public:
  virtual ~GpuBackend() = default;

  // Both throw core::Error where the GPU has no room, with the sizes, or cannot compute such a model. What they give
  // is used by the thread that called them. `ranks` read together, each with a GPU of its own; all of them call it, and
  // they live as long as what it gives. Null: it reads alone.
  virtual std::unique_ptr<Streaming> streaming(const Decoder& decoder, int gpu,
                                               const std::optional<SumsWanted>& wanted,
                                               parallel::Collective* ranks) = 0;
  // For sequences up to `longest` tokens. Called by all ranks of a training.
  virtual std::unique_ptr<Learner> learner(const Config& config, const Tensors& weights, int gpu,
                                           std::int64_t longest, const LearnerRanks& ranks) = 0;
};

void use_gpu_backend(GpuBackend* backend);  // to live as long as it is used; null: none
GpuBackend* gpu_backend();                  // null: this program has none

}  // namespace corpuscope::model
