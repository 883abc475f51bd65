#include "ui/tile_source.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "explore/open.h"
#include "explore/tile_pyramid.h"

namespace corpuscope::ui {
namespace {

constexpr std::int64_t tiles_a_block = 32;

std::int64_t covered(std::int64_t segment, int zoom) {
  for (; zoom > 0; --zoom) segment *= workspace::segments_a_zoom;
  return segment;
}

// As far out as a cell is not larger than a pixel.
int zoom_for(const pattern::Pattern& pattern, int level, std::int64_t length, double step) {
  const std::int64_t segment = pattern.levels[std::size_t(level)].segment;
  const int top = explore::top_zoom(pattern, level, length);
  int zoom = 0;
  while (zoom < top && double(covered(segment, zoom + 1)) / explore::zoomed_tile_size <= step) ++zoom;
  return zoom;
}

LevelTiles load_level(const TileReader& read, TileCache& cache, const TileRequest& request,
                      const Reach& reach, int level, int zoom) {
  const workspace::Run& run = request.run;
  const std::int64_t wide = covered(request.geometry.pattern.levels[std::size_t(level)].segment, zoom);
  const std::int64_t block = wide * tiles_a_block;
  const std::int64_t begin = std::max<std::int64_t>(reach.first - wide, 0) / block;
  const std::int64_t end = std::min((reach.first + reach.count + block - 1) / block, (run.tokens + block - 1) / block);
  LevelTiles out{level, zoom, {}};
  for (std::int64_t b = begin; b < end; ++b)
    out.blocks.push_back(cache.get({run.id, run.done, request.layer, request.head, level, zoom, b}, [&] {
      auto tiles = read(level, zoom, b * block, block);
      // Those that begin before are of the block before.
      std::erase_if(tiles, [&](const workspace::Tile& tile) { return std::max<std::int64_t>(tile.first, 0) / block != b; });
      return tiles;
    }));
  return out;
}

bool is_empty(const LevelTiles& level) {
  return std::ranges::all_of(level.blocks, [](const auto& block) { return block->empty(); });
}

}  // namespace

std::optional<Geometry> geometry_of(const std::string& config) {
  const QJsonObject root = QJsonDocument::fromJson(QByteArray::fromStdString(config)).object();
  const QJsonObject attention = root[QStringLiteral("attention")].toObject();
  Geometry out;
  out.layers = root[QStringLiteral("layers")].toInt();
  out.heads = root[QStringLiteral("heads")].toInt();
  for (const auto& value : attention[QStringLiteral("levels")].toArray()) {
    const QJsonObject level = value.toObject();
    out.pattern.levels.push_back(
        {level[QStringLiteral("segment")].toInteger(), level[QStringLiteral("dilation")].toInteger()});
  }
  out.pattern.staggered = attention[QStringLiteral("staggered")].toBool();
  out.pattern.causal = attention[QStringLiteral("causal")].toBool(true);
  try {
    out.pattern.rule =
        pattern::offset_rule(attention[QStringLiteral("offset_rule")].toString(QStringLiteral("modulo")).toStdString());
    pattern::check(out.pattern, out.heads);
  } catch (const core::Error&) {
    return std::nullopt;
  }
  if (out.layers < 1) return std::nullopt;
  return out;
}

std::optional<Geometry> planned_geometry(std::int64_t length) {
  try {
    QFile file(explore::resource("models/pocket") / "config.json");
    if (!file.open(QIODevice::ReadOnly)) return std::nullopt;
    auto out = geometry_of(file.readAll().toStdString());
    if (out) out->pattern = pattern::extended(out->pattern, length);
    return out;
  } catch (const core::Error&) {
    return std::nullopt;  // no model is installed: there is no pattern to plan
  }
}

Reach reach_of(const pattern::Raster& raster, std::int64_t length) {
  const auto end = double(length);
  const double q0 = std::clamp(raster.query, 0.0, end), k0 = std::clamp(raster.key, 0.0, end);
  const double q1 = std::clamp(raster.query + raster.step * raster.height, 0.0, end);
  const double k1 = std::clamp(raster.key + raster.step * raster.width, 0.0, end);
  if (q1 <= q0 || k1 <= k0) return {};
  const double low = std::max(q0, k0), high = std::min(q1, k1);
  // Where the ranges lie apart, only segments that span the gap touch both: any position of the gap finds them.
  const auto first = std::int64_t(std::floor(std::min(low, end - 1)));
  return {first, high > low ? std::int64_t(std::ceil(high)) - first : 1};
}

std::shared_ptr<const TileSet> load_tiles(const workspace::Workspace& workspace, TileCache& cache,
                                          const TileRequest& request, int coarser) {
  const TileReader read = [&](int level, int zoom, std::int64_t first, std::int64_t count) {
    return workspace.tiles(request.run.id, request.layer, request.head, level, first, count, zoom);
  };
  return load_tiles(read, cache, request, coarser);
}

std::shared_ptr<const TileSet> load_tiles(const TileReader& read, TileCache& cache, const TileRequest& request,
                                          int coarser) {
  const workspace::Run& run = request.run;
  const pattern::Pattern& pattern = request.geometry.pattern;
  auto out = std::make_shared<TileSet>();
  *out = {run.id, run.done, request.layer, request.head, coarser, {}};
  const Reach seen = reach_of(request.raster, run.tokens);
  if (seen.count <= 0) return out;
  const Reach reach = {std::max<std::int64_t>(seen.first - seen.count / 2, 0), 2 * seen.count};
  for (int level = 0; level < int(pattern.levels.size()); ++level) {
    const int top = explore::top_zoom(pattern, level, run.tokens);
    const int zoom = std::min(zoom_for(pattern, level, run.tokens, request.raster.step) + coarser, top);
    LevelTiles found = load_level(read, cache, request, reach, level, zoom);
    const bool wide = double(pattern.levels[std::size_t(level)].segment) >= request.raster.step;
    if (zoom > 0 && wide && is_empty(found)) found = load_level(read, cache, request, reach, level, 0);
    if (!is_empty(found)) out->levels.push_back(std::move(found));
  }
  return out;
}

PairWeights::PairWeights(const Geometry& geometry, std::int64_t length, int head)
    : geometry_(geometry), length_(length), head_(head) {}

double PairWeights::factor(const workspace::Tile& tile, int row, int column) const {
  const auto [segment, dilation] = geometry_.pattern.levels[std::size_t(tile.level)];
  double share = 1.0 / double(dilation);
  if (head_ == workspace::mean_of_heads && geometry_.pattern.staggered) {
    const bool even = !explore::on_moved_grid(geometry_.pattern, tile, length_);
    const bool both = even && tile.zoom == 0 && tile.first == 0 && tile.length <= segment - segment / 2 && tile.length == length_;
    const int odd_heads = geometry_.heads / 2;
    if (!both) share *= double(even ? geometry_.heads - odd_heads : odd_heads) / geometry_.heads;
  }
  const double keys = double(tile.length) / tile.size;
  const bool half = geometry_.pattern.causal && row == column;
  return share / (half ? (keys + 1) / 2 : keys);
}

std::vector<LevelWeight> weights_at(const TileSet& tiles, const Geometry& geometry, std::int64_t length,
                                    std::int64_t query, std::int64_t key) {
  const PairWeights pairs(geometry, length, tiles.head);
  std::vector<LevelWeight> out;
  for (const auto& level : tiles.levels) {
    LevelWeight found{level.level, 0};
    bool any = false;
    for (const auto& block : level.blocks)
    for (const auto& tile : *block) {
      const auto inside = [&](std::int64_t p) { return p >= tile.first && p < tile.first + tile.length; };
      if (!inside(query) || !inside(key)) continue;
      const auto strip = [&](std::int64_t p) { return int((p - tile.first) * tile.size / tile.length); };
      const int row = strip(query), column = strip(key);
      any = true;
      const double weight = double(tile.weights[std::size_t(row * tile.size + column)]) * pairs.factor(tile, row, column);
      found.weight = tiles.head == workspace::strongest_head ? std::max(found.weight, weight) : found.weight + weight;
    }
    if (any) out.push_back(found);
  }
  return out;
}

}  // namespace corpuscope::ui
