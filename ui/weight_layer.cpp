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

// How much of a rectangle lies below the diagonal, a key not after its query: a staircase of single positions.
double area_below(double q0, double q1, double k0, double k1) {
  constexpr double few = 8;
  if (q1 - q0 > few) {  // there the steps are no matter
    const auto half_square = [](double x) { return x > 0 ? x * x / 2 : 0.0; };
    return half_square(q1 + 0.5 - k0) - half_square(q0 + 0.5 - k0) - half_square(q1 + 0.5 - k1) + half_square(q0 + 0.5 - k1);
  }
  double area = 0;
  for (double i = std::floor(q0); i < q1; ++i)
    area += (std::min(q1, i + 1) - std::max(q0, i)) * std::max(std::min(k1, i + 1) - k0, 0.0);
  return area;
}

// Adds a tile's weights to a picture: of each pixel the mean over its pairs or, where the diagonal cuts it, over those
// that are not above.
class TilePainter {
 public:
  TilePainter(const workspace::Tile& tile, const PairWeights& pairs, const pattern::Raster& raster, bool causal,
              std::vector<float>& sums)
      : tile_(tile), raster_(raster), causal_(causal), sums_(sums), off_(pairs.factor(tile, 0, 1)), on_(pairs.factor(tile, 0, 0)),
        rows_(tile, raster.query, raster.step, raster.height), columns_(tile, raster.key, raster.step, raster.width),
        line_(std::size_t(tile.size)), spread_(std::size_t(std::max(columns_.pixels, 0)), 0.0F) {}

  void paint() {
    if (rows_.pixels <= 0 || columns_.pixels <= 0) return;
    for (const auto& row : rows_.parts) {
      if (row.strip != spread_strip_) spread(row.strip);
      const auto [cut, end] = diagonal(row.pixel);
      float* out = sums_.data() + std::size_t(row.pixel) * std::size_t(raster_.width) + std::size_t(columns_.first_pixel);
      for (int x = 0; x < cut; ++x) out[x] += spread_[std::size_t(x)] * row.share;
      for (int x = cut; x < end; ++x) out[x] += float(on_diagonal(row, x));
    }
  }

 private:
  float value(int row, int column) const {
    return tile_.weights[std::size_t(row) * std::size_t(tile_.size) + std::size_t(column)] * float(row == column ? on_ : off_);
  }

  // Every row of pixels within a strip gets the same, so it is spread over the columns once.
  void spread(int strip) {
    spread_strip_ = strip;
    for (int c = 0; c < tile_.size; ++c) line_[std::size_t(c)] = value(strip, c);
    for (int x = 0; x < columns_.pixels; ++x) {
      float sum = 0;
      for (std::int64_t i = columns_.begin[std::size_t(x)]; i < columns_.begin[std::size_t(x) + 1]; ++i)
        sum += line_[std::size_t(columns_.parts[std::size_t(i)].strip)] * columns_.parts[std::size_t(i)].share;
      spread_[std::size_t(x)] = sum;
    }
  }

  // The pixels of a row, counted from the tile's first, that the diagonal cuts; nothing lies right of them.
  std::pair<int, int> diagonal(int y) const {
    if (!causal_) return {columns_.pixels, columns_.pixels};
    const double q0 = raster_.query + y * raster_.step, q1 = q0 + raster_.step;
    const auto pixel = [&](double position) {
      return int(std::clamp((position - raster_.key) / raster_.step - columns_.first_pixel, 0.0, double(columns_.pixels)));
    };
    return {pixel(std::floor(q0)), std::min(pixel(std::ceil(q1)) + 1, columns_.pixels)};
  }

  double on_diagonal(const Strips::Part& row, int x) const {
    const double strip = double(tile_.length) / tile_.size;
    const double py = raster_.query + row.pixel * raster_.step, px = raster_.key + (columns_.first_pixel + x) * raster_.step;
    const double whole = area_below(py, py + raster_.step, px, px + raster_.step);
    if (whole <= 0) return 0;
    const double q0 = std::max(py, double(tile_.first) + row.strip * strip);
    const double q1 = std::min(py + raster_.step, double(tile_.first) + (row.strip + 1) * strip);
    double sum = 0;
    for (std::int64_t i = columns_.begin[std::size_t(x)]; i < columns_.begin[std::size_t(x) + 1]; ++i) {
      const int column = columns_.parts[std::size_t(i)].strip;
      const double k0 = std::max(px, double(tile_.first) + column * strip);
      const double k1 = std::min(px + raster_.step, double(tile_.first) + (column + 1) * strip);
      if (q1 > q0 && k1 > k0) sum += double(value(row.strip, column)) * area_below(q0, q1, k0, k1);
    }
    return sum / whole;
  }

  const workspace::Tile& tile_;
  const pattern::Raster& raster_;
  const bool causal_;
  std::vector<float>& sums_;
  const double off_, on_;
  const Strips rows_, columns_;
  std::vector<float> line_, spread_;
  int spread_strip_ = -1;
};

void add_tile(const workspace::Tile& tile, const PairWeights& pairs, const FrameRequest& request, std::vector<float>& sums) {
  if (tile.size <= 0 || tile.length <= 0 || tile.weights.size() < std::size_t(tile.size) * std::size_t(tile.size))
    return;
  TilePainter(tile, pairs, request.raster, request.geometry.pattern.causal, sums).paint();
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
        add_tile(tile, pairs, request, sums);
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
