#include "ui/painting_frame.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "ui/weight_layer.h"

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

// The ends of the colour map: what most pixels have, rounded outwards so that they stay while one moves about.
std::pair<double, double> range_of(const std::vector<float>& sums, const FrameRequest& request) {
  const Strength strength = request.strength;
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
  const double high = request.values == Values::row ? 1 : std::pow(10, std::ceil(quantile(0.9995) * 2) / 2);
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
std::vector<ColorTable> level_tables(const FrameRequest& request) {
  std::vector<ColorTable> tables(request.geometry.pattern.levels.size());
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

// The lowest eighth of a map is too near the ground to be told from nothing.
std::size_t map_entry(double place) {
  constexpr double lowest = 24;
  return std::size_t(lowest + std::clamp(place, 0.0, 1.0) * (255 - lowest));
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

double weight_at(double place, double low, double high, Strength strength) {
  switch (strength) {
    case Strength::linear: return place * high;
    case Strength::root: return place * place * high;
    case Strength::logarithm: break;
  }
  return low * std::pow(high / low, place);
}

Frame render_frame(const FrameRequest& request, const std::atomic<bool>& stopped) {
  Frame frame;
  const auto& raster = request.raster;
  if (raster.width <= 0 || raster.height <= 0 || request.geometry.pattern.levels.empty()) return frame;
  const PatternLayer pattern = pattern_layer(request, stopped);
  WeightLayer layer;
  if (!request.pattern_only && (request.tiles || request.exact)) {
    layer = weight_layer(request, request.map == ColorMap::levels, stopped);
    if (request.values == Values::row) normalise_rows(layer.weights, raster.width);
    frame.own_range = range_of(layer.weights, request);
    std::tie(frame.low, frame.high) = frame.own_range;
    if (request.at_least && frame.high > 0) {
      frame.low = std::min(frame.low, request.at_least->first);
      frame.high = std::max(frame.high, request.at_least->second);
    }
    frame.weights = frame.high > 0;  // nothing has been read of what is shown: the pattern alone
    frame.exact = frame.weights && layer.exact;
  }
  if (request.blind_spots) frame.blind = blind_bands(request.geometry, request.length, raster);
  if (stopped) return frame;

  const auto tables = level_tables(request);
  const ColorTable map = color_table(request.map, request.dark);
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
      const float weight = frame.weights && x < visible ? layer.weights[i] : 0;
      const double place = weight > 0 ? map_position(double(weight), frame.low, frame.high, request.strength) : -1;
      if (weight > 0 && place >= request.threshold) {
        const auto& colors = layer.levels.empty() ? map : tables[std::size_t(std::max<int>(layer.levels[i], 0))];
        line[x] = colors[map_entry(place)];
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
