#pragma once
// Streaming states in the file: compressed parts of at most 4 MB, so that no row is larger than SQLite likes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "workspace/compress.h"

namespace corpuscope::workspace {

constexpr std::size_t state_part = 4u << 20;

// keep(number, packed part)
template <class Keep>
void for_each_part(std::span<const std::byte> state, Keep keep) {
  constexpr int level = 1;
  for (std::size_t first = 0; first < state.size(); first += state_part) {
    const auto part = compress(state.subspan(first, std::min(state_part, state.size() - first)), level);
    keep(std::int64_t(first / state_part), std::span<const std::byte>(part));
  }
}

// False where the part is damaged.
inline bool append_part(std::span<const std::byte> packed, std::vector<std::byte>& state) {
  const auto part = decompress_unknown(packed, state_part);
  if (part) state.insert(state.end(), part->begin(), part->end());
  return part.has_value();
}

}  // namespace corpuscope::workspace
