#include "ui/painting_frame.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace corpuscope::ui {
namespace {

// For each pixel the level that shows most of its pairs, and that share. Where dilation leaves gaps between single
// rows, also the nearest level whose segment spans the gap.
struct PatternLayer {
  std::vector<float> share;
  std::vector<std::int16_t> level, around;
};

// The segments of a level as they would be without dilation.
pattern::Coverage whole_segments(const FrameRequest& request, int level) {
  pattern::Pattern plain = request.geometry.pattern;
  plain.levels = {{plain.levels[std::size_t(level)].segment, 1}};
  return pattern::coverage(plain, 0, request.head, request.geometry.heads, request.length, request.raster);
}

// Calls body(pixel, share) for every pixel with a share.
void for_each_covered(const pattern::Coverage& covered, int width, const auto& body) {
  for (std::size_t y = 0; y < covered.spans.size(); ++y) {
    const auto [from, to] = covered.spans[y];
    const std::size_t row = y * std::size_t(width);
    for (std::size_t i = row + std::size_t(from); i < row + std::size_t(to); ++i)
      if (covered.shares[i] > 0) body(i, covered.shares[i]);
  }
}

PatternLayer pattern_layer(const FrameRequest& request, const std::atomic<bool>& stopped) {
  const auto& raster = request.raster;
  const std::size_t pixels = std::size_t(raster.width) * std::size_t(raster.height);
  PatternLayer out{std::vector<float>(pixels, 0), std::vector<std::int16_t>(pixels, -1),
                   std::vector<std::int16_t>(pixels, -1)};
  for (int level = 0; level < int(request.geometry.pattern.levels.size()) && !stopped; ++level) {
    if (!request.shows(level)) continue;
    const auto covered = pattern::coverage(request.geometry.pattern, level, request.head, request.geometry.heads,
                                           request.length, raster);
    for_each_covered(covered, raster.width, [&](std::size_t i, float share) {
      if (share <= out.share[i]) return;
      out.share[i] = share;
      out.level[i] = std::int16_t(level);
    });
    if (double(request.geometry.pattern.levels[std::size_t(level)].dilation) < raster.step) continue;
    for_each_covered(whole_segments(request, level), raster.width, [&](std::size_t i, float) {
      if (out.around[i] < 0) out.around[i] = std::int16_t(level);
    });
  }
  return out;
}

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

std::vector<float> weight_layer(const FrameRequest& request, const std::atomic<bool>& stopped) {
  std::vector<float> sums(std::size_t(request.raster.width) * std::size_t(request.raster.height), 0.0F);
  const PairWeights pairs(request.geometry, request.length, request.tiles->head);
  for (const auto& level : request.tiles->levels) {
    if (!request.shows(level->level)) continue;
    for (const auto& tile : level->tiles) {
      if (stopped) return sums;
      add_tile(tile, pairs, request.raster, sums);
    }
  }
  return sums;
}

// The ends of the colour map: what most pixels have, rounded outwards so that they stay while one moves about.
std::pair<double, double> range_of(const std::vector<float>& sums, Strength strength) {
  constexpr int bins = 400;
  constexpr double lowest = -20;  // powers of ten
  std::vector<std::int64_t> histogram(bins, 0);
  std::int64_t count = 0;
  for (const float value : sums) {
    if (!(value > 0)) continue;
    ++histogram[std::size_t(std::clamp((std::log10(double(value)) - lowest) * bins / 21, 0.0, bins - 1.0))];
    ++count;
  }
  if (count == 0) return {0, 0};
  const auto quantile = [&](double share) {
    std::int64_t left = std::int64_t(share * double(count - 1));
    int bin = 0;
    while (left >= histogram[std::size_t(bin)]) left -= histogram[std::size_t(bin++)];
    return lowest + (bin + 0.5) * 21 / bins;
  };
  const double high = std::pow(10, std::ceil(quantile(0.9995) * 2) / 2);
  if (strength != Strength::logarithm) return {0, high};
  const double low = std::pow(10, std::floor(quantile(0.01) * 2) / 2);
  return {std::clamp(low, high * 1e-9, high * 0.1), high};
}

QRgb mixed(const QColor& ground, const QColor& color, double share) {
  const auto channel = [&](int a, int b) { return int(std::lround(a + (b - a) * share)); };
  return qRgb(channel(ground.red(), color.red()), channel(ground.green(), color.green()),
              channel(ground.blue(), color.blue()));
}

// Colours of a level from the ground to full strength.
std::vector<std::array<QRgb, 256>> level_tables(const FrameRequest& request) {
  std::vector<std::array<QRgb, 256>> tables(request.geometry.pattern.levels.size());
  const QColor ground = theme(request.dark).ground;
  for (std::size_t level = 0; level < tables.size(); ++level)
    for (std::size_t i = 0; i < 256; ++i)
      tables[level][i] = mixed(ground, level_color(int(level), request.dark), double(i) / 255);
  return tables;
}

// A pixel right of the diagonal holds no pair of a causal pattern; a pooled strip may reach over it.
int visible_width(const FrameRequest& request, int y) {
  if (!request.geometry.pattern.causal) return request.raster.width;
  const double last_query = request.raster.query + (y + 1) * request.raster.step;
  const double x = std::ceil((std::max(last_query, std::floor(last_query) + 1) - request.raster.key) / request.raster.step);
  return int(std::clamp(x, 0.0, double(request.raster.width)));
}

}  // namespace

double least_share(const Geometry& geometry) {
  double least = 1;
  for (const auto& level : geometry.pattern.levels)
    least = std::min(least, 1 / (double(level.dilation) * double(level.dilation)));
  return least;
}

double pattern_strength(double share, double least, Strength strength) {
  if (!(share > 0)) return 0;
  const double s = std::min(share, 1.0);
  switch (strength) {
    case Strength::linear: return s;
    case Strength::root: return std::sqrt(s);
    case Strength::logarithm: break;
  }
  constexpr double faintest = 0.42;  // of a share that is just visible
  if (least >= 1) return s;
  const double place = 1 + std::log(s) / -std::log(least);
  return place > 0 ? faintest + (1 - faintest) * place : faintest * std::exp(place * 8);
}

double map_position(double weight, double low, double high, Strength strength) {
  if (!(weight > 0) || !(high > 0)) return 0;
  switch (strength) {
    case Strength::linear: return std::min(weight / high, 1.0);
    case Strength::root: return std::min(std::sqrt(weight / high), 1.0);
    case Strength::logarithm: break;
  }
  return std::clamp(std::log(weight / low) / std::log(high / low), 0.0, 1.0);
}

Frame render_frame(const FrameRequest& request, const std::atomic<bool>& stopped) {
  Frame frame;
  const auto& raster = request.raster;
  if (raster.width <= 0 || raster.height <= 0 || request.geometry.pattern.levels.empty()) return frame;
  const PatternLayer pattern = pattern_layer(request, stopped);
  std::vector<float> sums;
  frame.weights = !request.pattern_only && request.tiles;
  if (frame.weights) {
    sums = weight_layer(request, stopped);
    std::tie(frame.low, frame.high) = range_of(sums, request.strength);
    frame.weights = frame.high > 0;  // nothing has been read of what is shown: the pattern alone
  }
  if (stopped) return frame;

  const auto tables = level_tables(request);
  const ColorTable& map = color_table(request.map, request.dark);
  const QRgb ground = theme(request.dark).ground.rgb();
  const double least = least_share(request.geometry);
  // Behind weights the pattern shows faintly where nothing has been read.
  const double dimming = frame.weights ? 0.3 : 1;
  constexpr double gap_strength = 0.13;
  QImage image(raster.width, raster.height, QImage::Format_RGB32);
  for (int y = 0; y < raster.height; ++y) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
    const int visible = visible_width(request, y);
    for (int x = 0; x < raster.width; ++x) {
      const std::size_t i = std::size_t(y) * std::size_t(raster.width) + std::size_t(x);
      if (frame.weights && sums[i] > 0 && x < visible) {
        // The lowest eighth of the map is too near the ground to be told from nothing.
        const double place = map_position(double(sums[i]), frame.low, frame.high, request.strength);
        line[x] = map[std::size_t(24 + place * 231)];
      } else if (pattern.level[i] >= 0) {
        const double strength = dimming * pattern_strength(double(pattern.share[i]), least, request.strength);
        line[x] = tables[std::size_t(pattern.level[i])][std::size_t(std::clamp(strength, 0.0, 1.0) * 255)];
      } else if (pattern.around[i] >= 0) {
        line[x] = tables[std::size_t(pattern.around[i])][std::size_t(dimming * gap_strength * 255)];
      } else {
        line[x] = ground;
      }
    }
  }
  frame.image = std::move(image);
  frame.raster = raster;
  return frame;
}

}  // namespace corpuscope::ui
