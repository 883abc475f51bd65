#pragma once
// Tokens to rows of an embedding table, and the gradients back.

#include <cstdint>
#include <span>
#include <vector>

#include "compute/cuda/runtime.h"

namespace corpuscope::compute::cuda {

// x[row] = scale * table[token of row], [rows, width].
void embed(StreamHandle stream, std::int64_t rows, std::int64_t width, const std::int32_t* tokens, float scale,
           const float* table, float* x);

// Where each token of a text lies, so that its row of the table is added to by one thread, always in the same order.
struct Occurrences {
  std::vector<std::int32_t> tokens;   // each once
  std::vector<std::int32_t> starts;   // in `positions` of each, and the end: one more than tokens
  std::vector<std::int32_t> positions;
};
Occurrences occurrences_of(std::span<const std::int32_t> text);

// gradient[token] += scale * dx[position] of all its positions. The lists lie on the GPU; `count` of tokens.
void embed_backward(StreamHandle stream, std::int64_t count, std::int64_t width, const std::int32_t* tokens,
                    const std::int32_t* starts, const std::int32_t* positions, float scale, const float* dx,
                    float* gradient);

}  // namespace corpuscope::compute::cuda
