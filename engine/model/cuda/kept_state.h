#pragma once
// What a GPU's stream keeps of a layer's keys and values, as bytes that a processor's attention::Stream goes on from,
// and back.

#include <cstddef>
#include <span>
#include <vector>

#include "attention/cuda/attention.h"

namespace corpuscope::model::cuda {

// `k` and `v` lie in the processor's memory, in `layout`, as they are after `position` tokens. The sections of the
// plan's own heads: parallel::join makes the bytes of all heads of them.
std::vector<std::vector<std::byte>> save_kept(const attention::cuda::Plan& plan,
                                              const attention::cuda::KeptLayout& layout, std::int64_t position,
                                              const float* k, const float* v);

// Of all heads' bytes what the own heads keep. Throws core::Error where the bytes are damaged, of another shape or of
// another position.
void load_kept(const attention::cuda::Plan& plan, const attention::cuda::KeptLayout& layout, std::int64_t position,
               std::span<const std::byte> state, float* k, float* v);

}  // namespace corpuscope::model::cuda
