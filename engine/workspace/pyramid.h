#pragma once
// Minimum, mean and maximum of a track over 16, 64, 256, ... tokens, so that any zoom reads a few thousand values.
//
// Level l has one entry for 16 * 4^l tokens, and 4,096 entries a row; row 0 of level 0 covers block 0 of the track.

#include <cstdint>
#include <span>
#include <vector>

#include "workspace/database.h"
#include "workspace/small_float.h"
#include "workspace/workspace.h"

namespace corpuscope::workspace {

constexpr std::int64_t track_block_tokens = 65536;

struct PyramidEntry {
  SmallFloat minimum = 0, mean = 0, maximum = 0;
};

constexpr std::int64_t pyramid_entry_tokens(int level) { return std::int64_t(16) << (2 * level); }

// Brings the pyramid up to date with one block of a track that has `track_tokens` tokens so far.
void update_pyramid(Database& db, std::int64_t run, int track, std::int64_t block, std::span<const float> values,
                    std::int64_t track_tokens);

// Entries [first, first + count) of a level; zero where nothing was written.
std::vector<PyramidEntry> read_pyramid(Database& db, std::int64_t run, int track, int level, std::int64_t first,
                                       std::int64_t count);

}  // namespace corpuscope::workspace
