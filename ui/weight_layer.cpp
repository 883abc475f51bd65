#include "ui/weight_layer.h"

#include <algorithm>
#include <cmath>

#include "explore/tile_pyramid.h"

namespace corpuscope::ui {
namespace {

// Which pixels a strip of a tile covers along one axis, and how much of each.
struct Strips {
  int first_pixel = 0;
  struct Part {
    int strip;
    int pixel;
    float share;  // of the pixel
  };
  std::vector<Part> parts;
  std::vector<std::int64_t> begin;  // of each pixel's parts
  int pixels = 0;

  Strips(const workspace::Tile& tile, double from, double step, int count) {
    const double strip = double(tile.length) / tile.size / step;
    const double start = (double(tile.first) - from) / step, end = start + strip * tile.size;
    first_pixel = int(std::clamp(std::floor(start), 0.0, double(count)));
    const int last_pixel = int(std::clamp(std::ceil(end), 0.0, double(count)));
    for (int p = first_pixel; p < last_pixel; ++p) {
      begin.push_back(std::int64_t(parts.size()));
      const int s0 = int(std::clamp(std::floor((p - start) / strip), 0.0, double(tile.size - 1)));
      const int s1 = int(std::clamp(std::ceil((p + 1 - start) / strip), 1.0, double(tile.size)));
      for (int s = s0; s < s1; ++s) {
        const double share = std::min<double>(p + 1, start + (s + 1) * strip) - std::max<double>(p, start + s * strip);
        if (share > 0) parts.push_back({s, p, float(share)});
      }
    }
    begin.push_back(std::int64_t(parts.size()));
    pixels = last_pixel - first_pixel;
  }
};

void add_tile(const workspace::Tile& tile, const PairWeights& pairs, const pattern::Raster& raster,
              std::vector<float>& sums) {
  if (tile.size <= 0 || tile.length <= 0 || tile.weights.size() < std::size_t(tile.size) * std::size_t(tile.size))
    return;
  const Strips rows(tile, raster.query, raster.step, raster.height);
  const Strips columns(tile, raster.key, raster.step, raster.width);
  if (rows.pixels <= 0 || columns.pixels <= 0) return;
  const double off = pairs.factor(tile, 0, 1), on = pairs.factor(tile, 0, 0);
  std::vector<float> line(std::size_t(tile.size)), spread(std::size_t(columns.pixels), 0.0F);
  int spread_strip = -1;
  for (const auto& row : rows.parts) {
    if (row.strip != spread_strip) {
      // Every row of pixels within a strip gets the same, so it is spread over the columns once.
      spread_strip = row.strip;
      for (int c = 0; c < tile.size; ++c)
        line[std::size_t(c)] = tile.weights[std::size_t(row.strip) * std::size_t(tile.size) + std::size_t(c)] *
                               float(c == row.strip ? on : off);
      for (int x = 0; x < columns.pixels; ++x) {
        float sum = 0;
        for (std::int64_t i = columns.begin[std::size_t(x)]; i < columns.begin[std::size_t(x) + 1]; ++i)
          sum += line[std::size_t(columns.parts[std::size_t(i)].strip)] * columns.parts[std::size_t(i)].share;
        spread[std::size_t(x)] = sum;
      }
    }
    float* out = sums.data() + std::size_t(row.pixel) * std::size_t(raster.width) + std::size_t(columns.first_pixel);
    for (int x = 0; x < columns.pixels; ++x) out[x] += spread[std::size_t(x)] * row.share;
  }
}

bool is_strongest(const FrameRequest& request) { return request.head == workspace::strongest_head; }

// Adds up what belongs to one level, or one head, before it is compared with that of others.
class Comparison {
 public:
  Comparison(const FrameRequest& request, bool with_levels, WeightLayer& out)
      : add_(!is_strongest(request)), out_(out), part_(out.weights.size(), 0), best_(with_levels ? out.weights.size() : 0, 0) {
    if (with_levels) out.levels.assign(out.weights.size(), -1);
  }

  std::vector<float>& part() { return part_; }

  void finish(int level) {
    for (std::size_t i = 0; i < part_.size(); ++i) {
      const float weight = part_[i];
      if (!(weight > 0)) continue;
      out_.weights[i] = add_ ? out_.weights[i] + weight : std::max(out_.weights[i], weight);
      if (!best_.empty() && weight > best_[i]) {
        best_[i] = weight;
        out_.levels[i] = std::int16_t(level);
      }
      part_[i] = 0;
    }
  }

 private:
  const bool add_;
  WeightLayer& out_;
  std::vector<float> part_, best_;
};

void add_tiles(const FrameRequest& request, const LevelTiles& level, const PairWeights& pairs, int grid,
               std::vector<float>& sums, const std::atomic<bool>& stopped) {
  for (const auto& block : level.blocks)
    for (const auto& tile : *block) {
      if (stopped) return;
      if (grid < 0 || grid == int(explore::on_moved_grid(request.geometry.pattern, tile, request.length)))
        add_tile(tile, pairs, request.raster, sums);
    }
}

void pooled_weights(const FrameRequest& request, bool with_levels, const std::atomic<bool>& stopped, WeightLayer& out) {
  const PairWeights pairs(request.geometry, request.length, request.tiles->head);
  if (!with_levels && !is_strongest(request)) {
    for (const auto& level : request.tiles->levels)
      if (request.shows(level.level)) add_tiles(request, level, pairs, -1, out.weights, stopped);
    return;
  }
  Comparison comparison(request, with_levels, out);
  for (const auto& level : request.tiles->levels) {
    if (!request.shows(level.level)) continue;
    // The heads of the two grids of a staggered pattern are others: the stronger one counts, or both together.
    for (int grid = 0; grid < 2 && !stopped; ++grid) {
      add_tiles(request, level, pairs, grid, comparison.part(), stopped);
      if (is_strongest(request) || grid == 1) comparison.finish(level.level);
    }
  }
}

// The token under the middle of each pixel, counted from the window's first; -1 beside it.
std::vector<std::int64_t> tokens_of_pixels(double from, double step, int pixels, std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> tokens;
  for (int i = 0; i < pixels; ++i) {
    const auto token = std::int64_t(std::floor(from + (i + 0.5) * step)) - first;
    tokens.push_back(token >= 0 && token < count ? token : -1);
  }
  return tokens;
}

struct Cell {
  float weight = 0, best = 0;
  std::int16_t level = -1;
};

// Of each pair of the window what the chosen heads and levels give.
std::vector<Cell> cells_of(const FrameRequest& request) {
  const explore::ExactWeights& exact = *request.exact;
  std::vector<Cell> cells(std::size_t(exact.window.queries * exact.window.keys));
  if (request.layer >= int(exact.layers.size())) return cells;
  const float share = request.head == workspace::mean_of_heads ? 1.0F / float(exact.heads) : 1.0F;
  int head = -1;
  float of_head = 0;
  Cell* last = nullptr;
  for (const auto& one : exact.layers[std::size_t(request.layer)]) {
    if (request.head >= 0 && one.head != request.head) continue;
    if (!exact.dense && !request.shows(one.level)) continue;
    Cell& cell = cells[std::size_t(one.query * exact.window.keys + one.key)];
    const float weight = one.weight * share;
    // Those of a pair come head by head: a head sees it at several levels.
    of_head = &cell == last && one.head == head ? of_head + weight : weight;
    last = &cell;
    head = one.head;
    cell.weight = is_strongest(request) ? std::max(cell.weight, of_head) : cell.weight + weight;
    if (weight > cell.best) {
      cell.best = weight;
      cell.level = one.level;
    }
  }
  return cells;
}

void exact_weights(const FrameRequest& request, bool with_levels, WeightLayer& out) {
  const auto& window = request.exact->window;
  const pattern::Raster& raster = request.raster;
  const auto cells = cells_of(request);
  const auto keys = tokens_of_pixels(raster.key, raster.step, raster.width, window.key, window.keys);
  const auto queries = tokens_of_pixels(raster.query, raster.step, raster.height, window.query, window.queries);
  if (with_levels) out.levels.assign(out.weights.size(), -1);
  for (int y = 0; y < raster.height; ++y) {
    const std::int64_t query = queries[std::size_t(y)];
    if (query < 0) continue;
    for (int x = 0; x < raster.width; ++x) {
      const std::int64_t key = keys[std::size_t(x)];
      if (key < 0) continue;
      const Cell& cell = cells[std::size_t(query * window.keys + key)];
      const std::size_t pixel = std::size_t(y) * std::size_t(raster.width) + std::size_t(x);
      out.weights[pixel] = cell.weight;
      if (with_levels) out.levels[pixel] = cell.level;
    }
  }
  out.exact = true;
}

}  // namespace

bool covers(const explore::ExactWeights& exact, const pattern::Raster& raster, std::int64_t length) {
  const auto inside = [&](double from, int pixels, std::int64_t first, std::int64_t count) {
    const double begin = std::max(std::floor(from), 0.0), end = std::min(std::ceil(from + raster.step * pixels), double(length));
    return begin >= double(first) && end <= double(first + count);
  };
  return inside(raster.query, raster.height, exact.window.query, exact.window.queries) &&
         inside(raster.key, raster.width, exact.window.key, exact.window.keys);
}

WeightLayer weight_layer(const FrameRequest& request, bool with_levels, const std::atomic<bool>& stopped) {
  WeightLayer out;
  out.weights.assign(std::size_t(request.raster.width) * std::size_t(request.raster.height), 0.0F);
  if (request.exact && covers(*request.exact, request.raster, request.length))
    exact_weights(request, with_levels, out);
  else if (request.tiles)
    pooled_weights(request, with_levels, stopped, out);
  return out;
}

void normalise_rows(std::vector<float>& weights, int width) {
  for (std::size_t row = 0; row < weights.size(); row += std::size_t(width)) {
    const auto begin = weights.begin() + std::ptrdiff_t(row), end = begin + width;
    const float largest = *std::max_element(begin, end);
    if (largest > 0) std::transform(begin, end, begin, [&](float weight) { return weight / largest; });
  }
}

}  // namespace corpuscope::ui
