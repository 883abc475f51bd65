#pragma once
// How a text is cut into the blocks that are compressed, and found by search, one by one.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace corpuscope::workspace {

constexpr std::size_t longest_text_block = 65536;
constexpr int text_compression = 3;

// Bytes of the next block of `text`: behind the last line's end that fits, else between two words, else between two
// characters. At least 1 where the text is not empty.
std::size_t text_block_length(std::string_view text);

// Nothing where the block is damaged.
std::optional<std::string> unpack_text(std::span<const std::byte> data, std::int64_t bytes);

}  // namespace corpuscope::workspace
