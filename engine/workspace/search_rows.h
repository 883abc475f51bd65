#pragma once
// How a block of text becomes rows of the search index: passages of about a screen, and the parts of identifiers.
//
// Rows are not stored: the index is told the same words again when it is to forget a block. So what these functions
// give must never change for blocks that a file holds; another cut is another version of the schema.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::workspace {

struct TextRow {
  std::size_t first = 0, bytes = 0;  // in the block
};

// The whole block, in order, without gaps; one row for an empty block. A row is at most 50 lines or 4 KB (short lines:
// at least half a kilobyte), cut where a blank line or a step back to the margin shows that something new begins.
std::vector<TextRow> text_rows(std::string_view block);

// The parts of the words that are written together, "readFile HTTPServer2" -> "read File HTTP Server 2"; words whose
// parts the index sees anyhow (read_file) are left out.
std::string identifier_parts(std::string_view text);

// A row of the index, of a block with at most 1,024 rows.
constexpr std::int64_t row_id(std::int64_t block, std::size_t row) { return block * 1024 + std::int64_t(row); }
constexpr std::int64_t block_of_row(std::int64_t id) { return id / 1024; }
constexpr std::size_t row_in_block(std::int64_t id) { return std::size_t(id % 1024); }

}  // namespace corpuscope::workspace
