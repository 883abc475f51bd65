// Pooled attention of segments, a byte a cell: the largest weight is kept exactly, the others on a log scale below
// it, to 3 parts in 100 down to a millionth.

#include <algorithm>
#include <cmath>

#include "workspace/compress.h"
#include "workspace/impl.h"
#include "workspace/run_values.h"

namespace corpuscope::workspace {
namespace {

constexpr int largest_size = 1024;
constexpr int tile_compression = 3;
constexpr int levels_a_zoom = 1 << 12;  // in the column of levels: each zoom is a range of its own
constexpr int most_zooms = 64;
constexpr double octaves = 20;  // below the largest weight
constexpr double codes_an_octave = 254 / octaves;

std::vector<std::uint8_t> to_codes(std::span<const float> weights, float largest) {
  std::vector<std::uint8_t> codes(weights.size(), 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    const double code = 255 + std::log2(double(weights[i]) / largest) * codes_an_octave;
    codes[i] = std::uint8_t(std::lround(std::clamp(code, 0.0, 255.0)));
  }
  return codes;
}

std::vector<float> from_codes(std::span<const std::uint8_t> codes, double largest) {
  std::vector<float> weights(codes.size(), 0);
  std::vector<float> values(256, 0);
  for (int code = 1; code < 256; ++code)
    values[std::size_t(code)] = float(largest * std::exp2((code - 255) / codes_an_octave));
  std::transform(codes.begin(), codes.end(), weights.begin(), [&](std::uint8_t code) { return values[code]; });
  return weights;
}

int stored_level(int level, int zoom) { return level + zoom * levels_a_zoom; }

}  // namespace

void Workspace::Writer::put_tile(std::int64_t id, const Tile& tile) {
  impl_.write([&] {
    Database& db = impl_.db;
    check_values(db, tile.weights, "a weight of");
    if (tile.size < 1 || tile.size > largest_size ||
        tile.weights.size() != std::size_t(tile.size) * std::size_t(tile.size) || (tile.zoom == 0 && tile.first < 0) || tile.length < 1 ||
        tile.level < 0 || tile.level >= levels_a_zoom || tile.zoom < 0 || tile.zoom >= most_zooms) {
      throw core::Error("A tile of run " + std::to_string(id) + " has the wrong size.");
    }
    const float largest = *std::max_element(tile.weights.begin(), tile.weights.end());
    const auto codes = to_codes(tile.weights, largest);
    const auto packed = compress(std::as_bytes(std::span(codes)), tile_compression);
    const int level = stored_level(tile.level, tile.zoom);
    db.query(
          "INSERT INTO tiles (run, layer, head, level, first, length, size, largest, data) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, layer, head, level, first, length) "
          "DO UPDATE SET size = excluded.size, largest = excluded.largest, data = excluded.data")
        .bind_all(id, tile.layer, tile.head, level, tile.first, tile.length, tile.size, double(largest),
                  std::span(packed))
        .run();
    db.query(
          "INSERT INTO tile_levels (run, level, longest) VALUES (?, ?, ?) ON CONFLICT (run, level) "
          "DO UPDATE SET longest = max(longest, excluded.longest) WHERE longest < excluded.longest")
        .bind_all(id, level, tile.length)
        .run();
  });
}

std::vector<Tile> Workspace::tiles(std::int64_t id, int layer, int head, int level, std::int64_t first,
                                   std::int64_t count, int zoom) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const Run run = require_run(db, id);
  std::vector<Tile> tiles;
  first = std::clamp<std::int64_t>(first, 0, run.tokens);
  const std::int64_t end = first + std::clamp<std::int64_t>(count, 0, run.tokens - first);
  Query query = db.query(
      "SELECT first, length, size, largest, data FROM tiles "
      "WHERE run = ?1 AND layer = ?2 AND head = ?3 AND level = ?4 AND first < ?6 "
      "AND first > ?5 - (SELECT longest FROM tile_levels WHERE run = ?1 AND level = ?4) "
      "AND first + length > ?5 ORDER BY first");
  query.bind_all(id, layer, head, stored_level(level, zoom), first, end);
  while (query.next()) {
    const std::int64_t size = query.integer(2);
    if (size < 1 || size > largest_size) db.fail_damaged("a tile of run " + std::to_string(id));
    std::vector<std::uint8_t> codes(std::size_t(size * size));
    if (!decompress(query.blob(4), std::as_writable_bytes(std::span(codes)))) {
      db.fail_damaged("a tile of run " + std::to_string(id));
    }
    const std::int64_t begins = zoom > 0 ? query.integer(0) : db.checked(query.integer(0), 0, "the place of a tile");
    const std::int64_t length = db.checked(query.integer(1), 1, "the length of a tile");
    tiles.push_back({layer, head, level, begins, length, int(size), from_codes(codes, query.real(3)), zoom});
  }
  return tiles;
}

std::vector<Workspace::TileCount> Workspace::tile_counts(std::int64_t id) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  require_run(db, id);
  Query query = db.query(
      "SELECT head, level / ?2, count(*), sum(length(data)) FROM tiles WHERE run = ?1 GROUP BY 1, 2 ORDER BY 1, 2");
  query.bind_all(id, levels_a_zoom);
  std::vector<TileCount> counts;
  while (query.next())
    counts.push_back({int(query.integer(0)), int(query.integer(1)), query.integer(2), query.integer(3)});
  return counts;
}

}  // namespace corpuscope::workspace
