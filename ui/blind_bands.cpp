#include "ui/blind_bands.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "pattern/blind.h"

namespace corpuscope::ui {
namespace {

constexpr double apart = 12;  // pixels between borders of a level, at least

// Borders of all levels in [first, end), the widest levels' first.
std::vector<std::int64_t> borders(const pattern::Pattern& pattern, double first, double end, double step, std::size_t most) {
  std::set<std::int64_t> all;
  for (auto level = pattern.levels.rbegin(); level != pattern.levels.rend(); ++level) {
    if (double(level->segment) < apart * step) break;
    for (auto border = std::int64_t(std::ceil(first / double(level->segment))) * level->segment;
         double(border) < end && all.size() < most; border += level->segment)
      if (border > 0) all.insert(border);
  }
  return {all.begin(), all.end()};
}

}  // namespace

std::vector<BlindBand> blind_bands(const Geometry& geometry, std::int64_t length, const pattern::Raster& raster,
                                   std::size_t most) {
  std::vector<BlindBand> bands;
  const double low = std::max(std::min(raster.query, raster.key), 0.0);
  const double high = std::min(std::max(raster.query + raster.step * raster.height, raster.key + raster.step * raster.width),
                               double(length));
  for (const std::int64_t border : borders(geometry.pattern, low, high, raster.step, most)) {
    const auto [first, second] = pattern::blind_around(geometry.pattern, geometry.heads, length, border);
    if (first < border) bands.push_back({border, length - border, first, border - first});
    if (second > border) bands.push_back({border, second - border, 0, border});
  }
  return bands;
}

}  // namespace corpuscope::ui
