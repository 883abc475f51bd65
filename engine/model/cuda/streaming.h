#pragma once
// The stream on a GPU: the twin of the processor's (model/reader.cpp), in memory that depends on the pattern and the
// chunk alone. Tokens go there from pinned memory and what was found comes back on its own, while the GPU goes on with
// the next piece; whole pieces are one recorded graph.

#include <memory>
#include <optional>

#include "model/cuda/numbers.h"
#include "model/decoder.h"
#include "parallel/cuda/device_collective.h"

namespace corpuscope::model::cuda {

// Those that read together, each with a GPU: a rank has a part of a piece's rows, and in the attention a part of the
// heads with what they keep, as the processor's ranks have. Both groups are of the same ranks; null: one rank alone.
struct StreamingRanks {
  parallel::Collective* processors = nullptr;  // to live as long as the stream
  std::shared_ptr<parallel::DeviceCollective> gpus;
};

// Bytes that a reading takes on a GPU; of several ranks on the one with the largest part.
struct ReadingBytes {
  std::int64_t weights = 0;
  std::int64_t kept = 0;   // keys and values of all layers' open segments
  std::int64_t piece = 0;  // of what goes through the layers together
  std::int64_t total() const { return weights + kept + piece; }
};
ReadingBytes reading_bytes(const Config& config, Numbers numbers, std::int64_t piece,
                           const std::optional<SumsWanted>& wanted, int ranks = 1);

// The most tokens, a power of two from 256 to `most`, with which a reading fits into `free` bytes; 0: not even those.
std::int64_t fitting_piece(const Config& config, Numbers numbers, const std::optional<SumsWanted>& wanted,
                           std::int64_t free, std::int64_t most, int ranks = 1);

// Tokens that go through a GPU's layers together where there is room for them.
inline constexpr std::int64_t most_piece = 16384;

// On the GPU that this thread uses. `decoder` is to live as long. Sinks get sums, never single weights; of several
// ranks each gets those of its heads, and all get the surprisal. Throws core::Error where the GPU has no room, with
// the sizes. Members are called by the thread that made it, and by all ranks alike.
std::unique_ptr<Streaming> make_streaming(const Decoder& decoder, Numbers numbers,
                                          const std::optional<SumsWanted>& wanted = std::nullopt,
                                          std::int64_t most = most_piece, StreamingRanks ranks = {});

}  // namespace corpuscope::model::cuda
