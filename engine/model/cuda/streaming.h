#pragma once
// The stream on a GPU: the twin of the processor's (model/reader.cpp), in memory that depends on the pattern and the
// chunk alone. Tokens go there from pinned memory and what was found comes back on its own, while the GPU goes on with
// the next piece; whole pieces are one recorded graph.

#include <memory>
#include <optional>

#include "model/cuda/numbers.h"
#include "model/decoder.h"

namespace corpuscope::model::cuda {

// Bytes that a reading takes on a GPU.
struct ReadingBytes {
  std::int64_t weights = 0;
  std::int64_t kept = 0;   // keys and values of all layers' open segments
  std::int64_t piece = 0;  // of what goes through the layers together
  std::int64_t total() const { return weights + kept + piece; }
};
ReadingBytes reading_bytes(const Config& config, Numbers numbers, std::int64_t piece,
                           const std::optional<SumsWanted>& wanted);

// The most tokens, a power of two from 256 to `most`, with which a reading fits into `free` bytes; 0: not even those.
std::int64_t fitting_piece(const Config& config, Numbers numbers, const std::optional<SumsWanted>& wanted,
                           std::int64_t free, std::int64_t most);

// Tokens that go through a GPU's layers together where there is room for them.
inline constexpr std::int64_t most_piece = 16384;

// On the GPU that this thread uses. `decoder` is to live as long. Sinks get sums, never single weights. Throws
// core::Error where the GPU has no room, with the sizes. Members are called by the thread that made it.
std::unique_ptr<Streaming> make_streaming(const Decoder& decoder, Numbers numbers,
                                          const std::optional<SumsWanted>& wanted = std::nullopt,
                                          std::int64_t most = most_piece);

}  // namespace corpuscope::model::cuda
