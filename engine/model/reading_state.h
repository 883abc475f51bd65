#pragma once
// The state of a reading as bytes: the same from a processor and from a GPU.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/decoder.h"

namespace corpuscope::model {

// Tokens that go through the layers together on a processor. Where xPos is used pieces end at the multiples of this,
// or of the positions that one origin may serve where those are fewer, whatever computes: there keys get a new origin.
inline constexpr std::int64_t largest_piece = 4096;

struct ReadingState {
  std::int64_t position = 0;
  std::vector<float> hidden;                    // the last row, behind the final norm
  std::vector<std::vector<std::byte>> streams;  // of each layer, as attention::Stream::save gives it
};

// Of config and weights: a state is only worth something to the very decoder that made it.
std::uint64_t fingerprint(const Decoder& decoder);

std::vector<std::byte> pack(std::uint64_t fingerprint, const ReadingState& state);

// Throws core::Error where the bytes are damaged or of another decoder.
ReadingState unpack(std::uint64_t fingerprint, const Config& config, std::span<const std::byte> bytes);

}  // namespace corpuscope::model
