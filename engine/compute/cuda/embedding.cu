#include "compute/cuda/embedding.h"

#include <numeric>

#include "compute/cuda/launch.h"

namespace corpuscope::compute::cuda {

void embed(StreamHandle stream, std::int64_t rows, std::int64_t width, const std::int32_t* tokens, float scale,
           const float* table, float* x) {
  each(stream, rows * width, [=] CORPUSCOPE_BODY(std::int64_t i) {
    x[i] = scale * table[std::int64_t(tokens[i / width]) * width + i % width];
  });
}

Occurrences occurrences_of(std::span<const std::int32_t> text) {
  Occurrences found;
  found.positions.resize(text.size());
  std::iota(found.positions.begin(), found.positions.end(), 0);
  std::stable_sort(found.positions.begin(), found.positions.end(),
                   [&](std::int32_t a, std::int32_t b) { return text[std::size_t(a)] < text[std::size_t(b)]; });
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::int32_t token = text[std::size_t(found.positions[i])];
    if (!found.tokens.empty() && found.tokens.back() == token) continue;
    found.tokens.push_back(token);
    found.starts.push_back(std::int32_t(i));
  }
  found.starts.push_back(std::int32_t(text.size()));
  return found;
}

void embed_backward(StreamHandle stream, std::int64_t count, std::int64_t width, const std::int32_t* tokens,
                    const std::int32_t* starts, const std::int32_t* positions, float scale, const float* dx,
                    float* gradient) {
  each(stream, count * width, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const std::int64_t which = i / width, column = i % width;
    float sum = 0;
    for (std::int32_t at = starts[which]; at < starts[which + 1]; ++at)
      sum += dx[std::int64_t(positions[at]) * width + column];
    gradient[std::int64_t(tokens[which]) * width + column] += scale * sum;
  });
}

}  // namespace corpuscope::compute::cuda
