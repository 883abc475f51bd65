#pragma once
// What the views of attention need of a run: its pattern, and the pooled weights of a part of the matrix.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "pattern/density.h"
#include "ui/tile_cache.h"
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

// Tiles of one level, in blocks as the cache has them.
struct LevelTiles {
  int level = 0, zoom = 0;
  std::vector<std::shared_ptr<const std::vector<workspace::Tile>>> blocks;
};

struct TileSet {
  std::int64_t run = 0, done = 0;
  int layer = 0, head = workspace::mean_of_heads;
  int coarser = 0;  // as it was asked for
  std::vector<LevelTiles> levels;
};

// The positions whose segments can touch both the queries and the keys of a picture.
struct Reach {
  std::int64_t first = 0, count = 0;
};
Reach reach_of(const pattern::Raster& raster, std::int64_t length);

struct TileRequest {
  workspace::Run run;
  int layer = 0, head = workspace::mean_of_heads;
  Geometry geometry;
  pattern::Raster raster;
};

// What a picture needs: of each level the zoom at which a cell of its maps is just smaller than a pixel, or `coarser`
// by so many; and a margin around. Levels whose segments are smaller than a pixel are left out where a run has no
// zoomed tiles.
std::shared_ptr<const TileSet> load_tiles(const workspace::Workspace& workspace, TileCache& cache,
                                          const TileRequest& request, int coarser = 0);
// The same from elsewhere: what overlaps [first, first + count).
using TileReader = std::function<std::vector<workspace::Tile>(int level, int zoom, std::int64_t first, std::int64_t count)>;
std::shared_ptr<const TileSet> load_tiles(const TileReader& read, TileCache& cache, const TileRequest& request,
                                          int coarser = 0);

// What a tile's strip says of one query-key pair: the weight, meaned over the queries and heads that a view shows, or
// of the strongest head.
// Mean tiles of a staggered pattern hold either the even or the odd heads; queries that do not take part count as
// zero; the part above the diagonal is left out of the mean.
class PairWeights {
 public:
  PairWeights(const Geometry& geometry, std::int64_t length, int head);
  // To be multiplied with a tile's weight of strips (row, column).
  double factor(const workspace::Tile& tile, int row, int column) const;

 private:
  const Geometry& geometry_;
  std::int64_t length_;
  int head_;
};

// The weight of a pair at each level, as far as the set has it.
struct LevelWeight {
  int level = 0;
  double weight = 0;
};
std::vector<LevelWeight> weights_at(const TileSet& tiles, const Geometry& geometry, std::int64_t length,
                                    std::int64_t query, std::int64_t key);

}  // namespace corpuscope::ui
