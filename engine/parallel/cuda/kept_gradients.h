#pragma once
// Gradients of keys or values that came back over a border between two ranks.

#include "parallel/cuda/sequence_attention.h"

namespace corpuscope::parallel {

// x [length, kv_heads, head_dim] += those of this rank's rows, positions first .. first + length - 1. `border` lies on
// the GPU, [levels, heads].
void add_own_rows(compute::cuda::StreamHandle stream, const BorderRows* border, int levels, int heads, int kv_heads,
                  int head_dim, std::int64_t first, std::int64_t length, const float* incoming, float* x);

// gradients += those of the rows of earlier ranks, of which there are at most `most` of a level and head (`lists` in all).
void hand_on_rows(compute::cuda::StreamHandle stream, const BorderRows* border, int lists, int head_dim,
                  std::int64_t most, const float* incoming, float* gradients);

}  // namespace corpuscope::parallel
