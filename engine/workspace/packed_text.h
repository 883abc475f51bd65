#pragma once
// Texts compressed ahead, on any thread, so that the one that writes need not wait for it.

#include <cstddef>
#include <string_view>
#include <vector>

namespace corpuscope::workspace {

struct PackedBlock {
  std::size_t first = 0, bytes = 0;  // in the text
  std::vector<std::byte> data;
};

// The blocks of about a megabyte of `text` from `first` on, where one ends. One for an empty text too.
std::vector<PackedBlock> pack_text(std::string_view text, std::size_t first = 0);

}  // namespace corpuscope::workspace
