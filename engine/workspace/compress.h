#pragma once
// Bytes made small and checked when they come back (zstd frames with a checksum).

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace corpuscope::workspace {

std::vector<std::byte> compress(std::span<const std::byte> bytes, int level);

// Exactly `out.size()` bytes; false where the frame is damaged or holds another number of bytes.
bool decompress(std::span<const std::byte> frame, std::span<std::byte> out);

// Of a frame whose size nobody else knows; nothing where it is damaged or claims more than `most` bytes.
std::optional<std::vector<std::byte>> decompress_unknown(std::span<const std::byte> frame, std::size_t most);

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace corpuscope::workspace
