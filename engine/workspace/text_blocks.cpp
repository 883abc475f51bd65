#include "workspace/text_blocks.h"

#include "workspace/compress.h"
#include "workspace/packed_text.h"

namespace corpuscope::workspace {
namespace {

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

}  // namespace

std::size_t text_block_length(std::string_view text) {
  if (text.size() <= longest_text_block) return text.size();
  const std::string_view most = text.substr(0, longest_text_block);
  // A border in the first half would make many small blocks of a text with few lines.
  for (const std::string_view borders : {std::string_view("\n"), std::string_view("\r \t")}) {
    const std::size_t last = most.find_last_of(borders);
    if (last != std::string_view::npos && last >= longest_text_block / 2) return last + 1;
  }
  std::size_t length = longest_text_block;
  while (length > longest_text_block - 4 && continues_character(text[length])) --length;
  return length;
}

std::vector<PackedBlock> pack_text(std::string_view text, std::size_t first) {
  constexpr std::size_t enough = 1u << 20;
  std::vector<PackedBlock> blocks;
  std::size_t end = first;
  do {
    const auto block = text.substr(end, text_block_length(text.substr(end)));
    blocks.push_back({end, block.size(), compress(bytes_of(block), text_compression)});
    end += block.size();
  } while (end < text.size() && end - first < enough);
  return blocks;
}

std::optional<std::string> unpack_text(std::span<const std::byte> data, std::int64_t bytes) {
  if (bytes < 0 || bytes > std::int64_t(longest_text_block)) return std::nullopt;
  std::string text(std::size_t(bytes), '\0');
  if (!decompress(data, std::as_writable_bytes(std::span(text.data(), text.size())))) return std::nullopt;
  return text;
}

}  // namespace corpuscope::workspace
