#include "explore/tile_pyramid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "explore/read.h"
#include "explore/read_support.h"

namespace corpuscope::explore {
namespace {

using workspace::Tile;

struct Reading {
  Reading(std::int64_t length, const model::Config& config, workspace::Detail detail = workspace::Detail::balanced) {
    write_model(folder / "tiny", config);
    write_corpus(file, length);
    settings.model = folder / "tiny";
    settings.detail = detail;
    core::Job job;
    run = read_corpus(file, settings, job);
    pattern = load_read_model(folder / "tiny", workspace::Workspace::open(file).run(run)->config).decoder.config().attention;
  }
  test::TemporaryFolder folder;
  std::filesystem::path file = folder / "a.corpuscope";
  ReadSettings settings;
  std::int64_t run = 0;
  pattern::Pattern pattern;
};

// How much of a cell [begin, begin + wide) lies in strip s of a tile.
double overlap(const Tile& tile, int s, double begin, double wide) {
  const double strip = double(tile.length) / tile.size, from = double(tile.first) + s * strip;
  return std::max(0.0, std::min(from + strip, begin + wide) - std::max(from, begin)) / wide;
}

// Sums of weights that the segments' own maps have in each cell of a tile, straight from zoom 0.
std::vector<double> pooled_directly(const std::vector<Tile>& segments, const Tile& tile) {
  std::vector<double> sums(tile.weights.size(), 0);
  for (const Tile& segment : segments) {
    const double wide = double(segment.length) / segment.size;
    for (int row = 0; row < segment.size; ++row)
      for (int column = 0; column < segment.size; ++column) {
        const double weight = double(segment.weights[std::size_t(row * segment.size + column)]) * wide;
        if (weight == 0) continue;
        for (int down = 0; down < tile.size; ++down) {
          const double rows = overlap(tile, down, double(segment.first) + row * wide, wide);
          for (int across = 0; rows > 0 && across < tile.size; ++across) {
            const double part = rows * overlap(tile, across, double(segment.first) + column * wide, wide);
            sums[std::size_t(down * tile.size + std::min(across, down))] += weight * part;
          }
        }
      }
  }
  return sums;
}

// Returns how many zoomed tiles there were.
int expect_pooled(const Reading& reading, int head) {
  const auto workspace = workspace::Workspace::open(reading.file);
  const auto run = *workspace.run(reading.run);
  int seen = 0;
  for (int level = 0; level < int(reading.pattern.levels.size()); ++level) {
    const auto all = workspace.tiles(run.id, 1, head, level, 0, run.tokens);
    for (int zoom = 1; zoom <= top_zoom(reading.pattern, level, run.tokens); ++zoom) {
      const auto tiles = workspace.tiles(run.id, 1, head, level, 0, run.tokens, zoom);
      EXPECT_FALSE(tiles.empty()) << "level " << level << " zoom " << zoom;
      for (const Tile& tile : tiles) {
        std::vector<Tile> own;
        for (const Tile& segment : all)
          if (on_moved_grid(reading.pattern, segment, run.tokens) == on_moved_grid(reading.pattern, tile, run.tokens) &&
              segment.first >= tile.first && segment.first < tile.first + tile.length)
            own.push_back(segment);
        const auto expected = pooled_directly(own, tile);
        const double wide = double(tile.length) / tile.size;
        const double largest = *std::ranges::max_element(expected) / wide;
        for (std::size_t i = 0; i < expected.size(); ++i)
          // Each zoom is rounded anew, to 3 in 100.
          EXPECT_NEAR(double(tile.weights[i]), expected[i] / wide, 0.03 * zoom * expected[i] / wide + 1e-5 * largest)
              << "level " << level << " zoom " << zoom << " tile at " << tile.first << " cell " << i;
        if (testing::Test::HasFailure()) return 0;
        ++seen;
      }
    }
    EXPECT_TRUE(workspace.tiles(run.id, 1, head, level, 0, run.tokens, top_zoom(reading.pattern, level, run.tokens) + 1).empty());
  }
  return seen;
}

TEST(TilePyramid, PoolsWhatTheSegmentsHave) {
  for (const std::int64_t length : {5000, 4096, 700}) {
    SCOPED_TRACE(length);
    const Reading reading(length, tiny_config());
    for (const int head : {workspace::mean_of_heads, workspace::strongest_head}) EXPECT_GT(expect_pooled(reading, head), 10);
  }
}

TEST(TilePyramid, OfEachHeadWhereARunHasThem) {
  const Reading reading(2000, tiny_config(), workspace::Detail::full);
  EXPECT_GT(expect_pooled(reading, 3), 10);
}

TEST(TilePyramid, OfOneGridAndLargerMaps) {
  auto config = tiny_config();
  config.attention = {{{40, 1}, {120, 3}}, pattern::OffsetRule::both_ends, false, true};
  const Reading reading(3001, config);
  EXPECT_GT(expect_pooled(reading, workspace::mean_of_heads), 10);
}

// Segments that divide nothing, dilations that are no power, every rule, on both grids or one, any length.
TEST(TilePyramid, OfRandomPatterns) {
  std::mt19937 random(7);
  const auto pick = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
  int seen = 0;
  for (int round = 0; round < 12; ++round) {
    auto config = tiny_config();
    config.attention = {{}, static_cast<pattern::OffsetRule>(pick(0, 2)), pick(0, 1) == 1, true};
    std::int64_t segment = pick(5, 60), dilation = 1;
    for (std::int64_t levels = pick(2, 3); levels > 0; --levels) {
      config.attention.levels.push_back({segment, dilation});
      segment *= pick(2, 3);
      dilation *= pick(1, 3);
    }
    const std::int64_t length = pick(2, 2500);
    SCOPED_TRACE(testing::Message() << "round " << round << ": " << length << " tokens, first segment " << config.attention.levels[0].segment);
    const Reading reading(length, config, round % 4 == 0 ? workspace::Detail::full : workspace::Detail::balanced);
    seen += expect_pooled(reading, workspace::mean_of_heads);
    if (round % 4 == 0) expect_pooled(reading, int(pick(0, 3)));
    if (HasFailure()) return;
  }
  EXPECT_GT(seen, 100);
}

// The topmost tile of a grid holds all the weight of its level.
TEST(TilePyramid, LosesNoWeight) {
  const Reading reading(5000, tiny_config());
  const auto workspace = workspace::Workspace::open(reading.file);
  for (int level = 0; level < int(reading.pattern.levels.size()); ++level) {
    const int top = top_zoom(reading.pattern, level, 5000);
    for (const bool moved : {false, true}) {
      const auto mass = [&](int zoom) {
        double sum = 0;
        for (const Tile& tile : workspace.tiles(reading.run, 0, workspace::mean_of_heads, level, 0, 5000, zoom))
          if (on_moved_grid(reading.pattern, tile, 5000) == moved)
            for (const float weight : tile.weights) sum += double(weight) * double(tile.length) / tile.size;
        return sum;
      };
      EXPECT_NEAR(mass(top) / mass(0), 1, 0.02) << "level " << level << " moved " << moved;
    }
  }
}

// As after a kill on the way: the last of the zoomed tiles are missing.
TEST(TilePyramid, GoesOnWhereItWasInterrupted) {
  const Reading reading(3000, tiny_config());
  const std::string before = stored_results(reading.file);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(reading.file.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "DELETE FROM tiles WHERE level >= 4096 AND (layer = 1 OR head = -2)", nullptr, nullptr, nullptr),
            SQLITE_OK);
  ASSERT_GT(sqlite3_changes(db), 10);
  sqlite3_close(db);
  EXPECT_NE(stored_results(reading.file), before);
  core::Job job;
  EXPECT_EQ(read_corpus(reading.file, reading.settings, job), reading.run);
  EXPECT_EQ(stored_results(reading.file), before);
}

}  // namespace
}  // namespace corpuscope::explore
