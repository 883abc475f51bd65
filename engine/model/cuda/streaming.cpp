#include "model/cuda/streaming.h"

#include <fmt/format.h>

#include <algorithm>

#include "compute/cuda/failure.h"
#include "core/error.h"
#include "model/cuda/device_streaming.h"
#include "model/cuda/memory.h"

namespace corpuscope::model::cuda {

namespace {

constexpr std::int64_t least_piece = 256;
constexpr std::int64_t products_bytes = std::int64_t(32) << 20;  // cuBLAS's own working memory

template <typename Element>
ReadingBytes bytes_of(const Config& config, std::int64_t piece, const std::optional<SumsWanted>& wanted, int ranks) {
  const device::Plan plan = plan_of(config, head_parts(config, ranks).heads_of(0));
  gpu::Arena arena;
  place_piece<Element>(arena, config, plan, ranks, piece, wanted);
  ReadingBytes bytes;
  bytes.weights = DeviceWeights<Element>::bytes(config) + products_bytes;
  bytes.kept = 2 * config.layers * device::KeptLayout(plan).elements() * std::int64_t(sizeof(Element));
  bytes.piece = arena.bytes();
  return bytes;
}

[[noreturn]] void no_room(const Config& config, Numbers numbers, const std::optional<SumsWanted>& wanted, int ranks) {
  const ReadingBytes bytes = reading_bytes(config, numbers, least_piece, wanted, ranks);
  check_room("Reading with this model", bytes.total(),
             fmt::format("{} for the weights, {} for {} levels of the attention, {} for {} tokens at a time",
                         megabytes(bytes.weights), megabytes(bytes.kept), config.attention.levels.size(),
                         megabytes(bytes.piece), least_piece),
             "Close other programs that use the GPU, use a smaller model, or read on the CPU.");
  throw core::Error("The GPU's memory is too much in pieces for this reading.", "Try again, or read on the CPU.");
}

// The smallest of what all ranks give: numbers that float32 holds.
std::int64_t smallest(parallel::Collective& ranks, std::int64_t own) {
  const float number = float(own);
  std::vector<float> all(std::size_t(ranks.size()));
  ranks.all_gather({&number, 1}, all);
  return std::int64_t(*std::ranges::min_element(all));
}

}  // namespace

ReadingBytes reading_bytes(const Config& config, Numbers numbers, std::int64_t piece,
                           const std::optional<SumsWanted>& wanted, int ranks) {
  return numbers == Numbers::bf16 ? bytes_of<Bf16>(config, piece, wanted, ranks)
                                  : bytes_of<float>(config, piece, wanted, ranks);
}

std::int64_t fitting_piece(const Config& config, Numbers numbers, const std::optional<SumsWanted>& wanted,
                           std::int64_t free, std::int64_t most, int ranks) {
  std::int64_t piece = most;
  while (piece >= least_piece && reading_bytes(config, numbers, piece, wanted, ranks).total() > free) piece /= 2;
  return piece >= least_piece ? piece : 0;
}

std::unique_ptr<Streaming> make_streaming(const Decoder& decoder, Numbers numbers,
                                          const std::optional<SumsWanted>& wanted, std::int64_t most,
                                          StreamingRanks ranks) {
  const auto alone = parallel::alone();
  parallel::Collective& processors = ranks.processors ? *ranks.processors : *alone;
  if (!ranks.gpus) ranks.gpus = parallel::alone_on_gpu();
  const int size = ranks.gpus->size();
  std::int64_t piece = fitting_piece(decoder.config(), numbers, wanted, gpu::memory_of_gpu().free, most, size);
  bool fits = piece > 0;
  // What was free may be taken by another program meanwhile, or lie in pieces: then fewer tokens at a time may do.
  // All ranks take as many.
  for (piece = smallest(processors, piece); piece >= least_piece; piece /= 2) {
    std::unique_ptr<Streaming> made;
    try {
      if (numbers == Numbers::bf16)
        made = std::make_unique<DeviceStreaming<Bf16>>(decoder, wanted, piece, ranks);
      else
        made = std::make_unique<DeviceStreaming<float>>(decoder, wanted, piece, ranks);
    } catch (const gpu::OutOfMemory&) {
    }
    fits = made != nullptr;
    if (smallest(processors, fits) > 0) return made;
  }
  if (fits) throw parallel::AnotherRankFailed();
  no_room(decoder.config(), numbers, wanted, size);
}

}  // namespace corpuscope::model::cuda
