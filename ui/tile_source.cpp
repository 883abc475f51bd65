#include "ui/tile_source.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "explore/open.h"

namespace corpuscope::ui {
namespace {

std::shared_ptr<const LevelTiles> found_in(const TileSet* before, int level, const Reach& reach) {
  if (!before) return nullptr;
  for (const auto& tiles : before->levels)
    if (tiles->level == level && tiles->first <= reach.first &&
        tiles->first + tiles->count >= reach.first + reach.count)
      return tiles;
  return nullptr;
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

std::shared_ptr<const TileSet> load_tiles(const workspace::Workspace& workspace, const workspace::Run& run, int layer,
                                          int head, const Geometry& geometry, const pattern::Raster& raster,
                                          const std::shared_ptr<const TileSet>& before) {
  auto out = std::make_shared<TileSet>();
  *out = {run.id, run.done, layer, head, {}};
  const bool same = before && before->run == run.id && before->done == run.done && before->layer == layer &&
                    before->head == head;
  const Reach reach = reach_of(raster, run.tokens);
  if (reach.count <= 0) return out;
  for (int level = 0; level < int(geometry.pattern.levels.size()); ++level) {
    const std::int64_t segment = geometry.pattern.levels[std::size_t(level)].segment;
    if (double(segment) < raster.step) continue;
    if (auto tiles = found_in(same ? before.get() : nullptr, level, reach)) {
      out->levels.push_back(tiles);
      continue;
    }
    const std::int64_t margin = std::min(reach.count / 2 + segment, run.tokens);
    auto tiles = std::make_shared<LevelTiles>();
    tiles->level = level;
    tiles->first = std::max<std::int64_t>(reach.first - margin, 0);
    tiles->count = std::min(reach.first + reach.count + margin, run.tokens) - tiles->first;
    tiles->tiles = workspace.tiles(run.id, layer, head, level, tiles->first, tiles->count);
    out->levels.push_back(std::move(tiles));
  }
  return out;
}

PairWeights::PairWeights(const Geometry& geometry, std::int64_t length, int head)
    : geometry_(geometry), length_(length), head_(head) {}

double PairWeights::factor(const workspace::Tile& tile, int row, int column) const {
  const auto [segment, dilation] = geometry_.pattern.levels[std::size_t(tile.level)];
  double share = 1.0 / double(dilation);
  if (head_ < 0 && geometry_.pattern.staggered) {
    const bool even = tile.first % segment == 0 && (tile.first > 0 || tile.length == std::min(segment, length_));
    const bool both = even && tile.first == 0 && tile.length <= segment - segment / 2 && tile.length == length_;
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
    LevelWeight found{level->level, 0};
    bool any = false;
    for (const auto& tile : level->tiles) {
      const auto inside = [&](std::int64_t p) { return p >= tile.first && p < tile.first + tile.length; };
      if (!inside(query) || !inside(key)) continue;
      const auto strip = [&](std::int64_t p) { return int((p - tile.first) * tile.size / tile.length); };
      const int row = strip(query), column = strip(key);
      any = true;
      found.weight += double(tile.weights[std::size_t(row * tile.size + column)]) * pairs.factor(tile, row, column);
    }
    if (any) out.push_back(found);
  }
  return out;
}

}  // namespace corpuscope::ui
