#pragma once
// The decoder's training on a GPU: logits, loss and gradients of whole sequences, and steps of AdamW. The twin of
// model/decoder.h's whole sequences. Within a step nothing waits for the GPU: loss, norm and clipping stay there.

#include <memory>

#include "model/cuda/numbers.h"
#include "model/learner.h"
#include "parallel/cuda/device_collective.h"

namespace corpuscope::model::cuda {

// Bytes that training with sequences of that length takes: of the weights with their gradients and moments, and of
// one sequence.
struct LearnerBytes {
  std::int64_t weights = 0, sequence = 0;
};
LearnerBytes learner_bytes(const Config& config, Numbers numbers, std::int64_t length, int ranks_a_window = 1);

// The GPUs that train together; none: this one alone. Logits are those of this GPU's part of a sequence.
struct GpuGroups {
  std::unique_ptr<parallel::DeviceCollective> all;     // whose gradients are summed
  std::unique_ptr<parallel::DeviceCollective> window;  // that split each sequence
};

// On the GPU that this thread uses, for sequences up to `longest`. Throws core::Error where it has no room, with the
// sizes, before anything is set aside. Members are called by the thread that made it.
std::unique_ptr<Learner> make_learner(const Config& config, const Tensors& weights, Numbers numbers,
                                      std::int64_t longest, GpuGroups groups = {});

}  // namespace corpuscope::model::cuda
