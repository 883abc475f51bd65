#pragma once
// What the views of attention need of a run: its pattern, and the pooled weights of a part of the matrix.

#include <memory>
#include <optional>
#include <vector>

#include "pattern/density.h"
#include "workspace/workspace.h"

namespace corpuscope::ui {

struct Geometry {
  pattern::Pattern pattern;
  int layers = 0, heads = 0;
  bool operator==(const Geometry&) const = default;
};

// From the config that a run keeps; nothing where that cannot be understood.
std::optional<Geometry> geometry_of(const std::string& config);
// Of the model that would read a sequence of this length, where nothing has been read yet.
std::optional<Geometry> planned_geometry(std::int64_t length);

// Tiles of one level that touch the positions [first, first + count).
struct LevelTiles {
  int level = 0;
  std::int64_t first = 0, count = 0;
  std::vector<workspace::Tile> tiles;
};

struct TileSet {
  std::int64_t run = 0, done = 0;
  int layer = 0, head = -1;
  std::vector<std::shared_ptr<const LevelTiles>> levels;  // those that were worth loading
};

// The positions whose segments can touch both the queries and the keys of a picture.
struct Reach {
  std::int64_t first = 0, count = 0;
};
Reach reach_of(const pattern::Raster& raster, std::int64_t length);

// Loads what a picture needs, and a margin around; what `before` has already is taken from there. Levels whose
// segments are smaller than a pixel are left out.
std::shared_ptr<const TileSet> load_tiles(const workspace::Workspace& workspace, const workspace::Run& run, int layer,
                                          int head, const Geometry& geometry, const pattern::Raster& raster,
                                          const std::shared_ptr<const TileSet>& before);

}  // namespace corpuscope::ui
