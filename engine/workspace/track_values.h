#pragma once
// Reading and writing tracks other than those of a run itself (see tracks.cpp).

#include <span>
#include <vector>

#include "workspace/database.h"
#include "workspace/workspace.h"

namespace corpuscope::workspace {

// A whole track at once, finite and not negative, with its pyramid.
void put_track(Database& db, std::int64_t run, int track, std::span<const float> values);

// As Workspace::received and received_bins have them, of a track with `length` tokens.
std::vector<float> track_values(Database& db, std::int64_t run, int track, std::int64_t first, std::int64_t count,
                                std::int64_t length);
std::vector<Bin> track_bins(Database& db, std::int64_t run, int track, std::int64_t first, std::int64_t count, int bins,
                            std::int64_t length);

}  // namespace corpuscope::workspace
