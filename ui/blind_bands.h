#pragma once
// What no number of layers lets through: the positions before a segment's border that nothing behind it can know of,
// and those behind it that know nothing of what lies before.

#include <cstdint>
#include <vector>

#include "ui/tile_source.h"

namespace corpuscope::ui {

struct BlindBand {
  std::int64_t query = 0, queries = 0;
  std::int64_t key = 0, keys = 0;
};

// Those that a picture shows, of borders that are far enough apart to be told from each other; at most `most`.
std::vector<BlindBand> blind_bands(const Geometry& geometry, std::int64_t length, const pattern::Raster& raster,
                                   std::size_t most = 400);

}  // namespace corpuscope::ui
