#pragma once
// The pooled maps of a run, seen from further and further out: a tile of zoom z pools 4^z segments that lie side by
// side, so that any picture needs about as many tiles as it has space for, however long the sequence.
//
// What lies beside the segments' own squares is not seen at that level. A tile's weights stay what a Tile's are:
// meaned over the queries that take part, summed over keys. Both grids of a staggered pattern have tiles of their own.

#include <cstdint>

#include "core/job.h"
#include "pattern/pattern.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

constexpr int zoomed_tile_size = 32;

// How far out a level goes: there one tile of each grid covers the sequence.
int top_zoom(const pattern::Pattern& pattern, int level, std::int64_t length);

// Of a tile's grid: moved by half a segment, as that of odd heads in a staggered pattern is.
bool on_moved_grid(const pattern::Pattern& pattern, const workspace::Tile& tile, std::int64_t length);

// Writes the zoomed tiles of a run that is complete. May be killed, or cancelled by the job, and called again.
void write_tile_pyramid(workspace::Workspace& workspace, const workspace::Run& run, const pattern::Pattern& pattern,
                        int heads, core::Job& job);

}  // namespace corpuscope::explore
