#include "ui/colors.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace corpuscope::ui {
namespace {

// All colours are given as lightness, chroma and hue in OKLab, where equal distances look equal.
struct Perceived {
  double lightness, chroma, hue;  // hue in degrees
};

struct Lab {
  double l, a, b;
};

Lab lab(const Perceived& p) {
  const double angle = p.hue * std::numbers::pi / 180;
  return {p.lightness, p.chroma * std::cos(angle), p.chroma * std::sin(angle)};
}

int channel(double linear) {
  const double x = std::clamp(linear, 0.0, 1.0);
  const double encoded = x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055;
  return static_cast<int>(std::lround(255 * encoded));
}

QColor rgb(const Lab& c) {
  const auto cube = [](double x) { return x * x * x; };
  const double l = cube(c.l + 0.3963377774 * c.a + 0.2158037573 * c.b);
  const double m = cube(c.l - 0.1055613458 * c.a - 0.0638541728 * c.b);
  const double s = cube(c.l - 0.0894841775 * c.a - 1.2914855480 * c.b);
  return {channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

QColor rgb(const Perceived& p) { return rgb(lab(p)); }

// Picked one after the other, each as far as possible from all before it, as seen by people with normal, red-blind
// and green-blind vision (the smallest of the three distances counts).
constexpr std::array<Perceived, distinct_levels> level_colors = {{
    {0.55, 0.15, 260}, {0.82, 0.15, 90},  {0.48, 0.15, 40},  {0.82, 0.13, 220}, {0.69, 0.15, 10},  {0.69, 0.15, 270},
    {0.48, 0.15, 340}, {0.82, 0.15, 170}, {0.62, 0.13, 70},  {0.69, 0.10, 210}, {0.55, 0.10, 10},  {0.76, 0.13, 40},
    {0.48, 0.15, 300}, {0.62, 0.10, 250}, {0.76, 0.13, 190}, {0.69, 0.15, 110}, {0.62, 0.15, 350}, {0.55, 0.13, 50},
    {0.76, 0.13, 240}, {0.48, 0.13, 10},  {0.55, 0.15, 340}, {0.62, 0.10, 140}, {0.62, 0.15, 270}, {0.76, 0.13, 160},
}};

// A path through OKLab by straight pieces, walked at constant speed.
ColorTable walk(const std::vector<Perceived>& points) {
  std::vector<Lab> corners;
  std::vector<double> reached = {0};
  for (const auto& point : points) {
    corners.push_back(lab(point));
    if (corners.size() < 2) continue;
    const Lab &p = corners[corners.size() - 2], &q = corners.back();
    reached.push_back(reached.back() + std::hypot(q.l - p.l, q.a - p.a, q.b - p.b));
  }
  ColorTable table{};
  std::size_t piece = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double at = reached.back() * static_cast<double>(i) / 255;
    while (piece + 2 < corners.size() && at > reached[piece + 1]) ++piece;
    const double t = (at - reached[piece]) / (reached[piece + 1] - reached[piece]);
    const Lab &p = corners[piece], &q = corners[piece + 1];
    table[i] = rgb(Lab{std::lerp(p.l, q.l, t), std::lerp(p.a, q.a, t), std::lerp(p.b, q.b, t)}).rgb();
  }
  return table;
}

// Lightness rises evenly while the hue turns, so that the map also reads in grey.
std::vector<Perceived> turning(double from_lightness, double to_lightness, double from_hue, double to_hue) {
  std::vector<Perceived> points;
  constexpr int pieces = 48;
  for (int i = 0; i <= pieces; ++i) {
    const double t = static_cast<double>(i) / pieces;
    const double lightness = std::lerp(from_lightness, to_lightness, t);
    // Chroma goes to zero at the ground, and stays within what a screen can show in between.
    const double chroma = 0.135 * std::min(1.0, 6 * t) * (1 - 0.35 * std::pow(2 * t - 1, 2.0));
    points.push_back({lightness, chroma, std::lerp(from_hue, to_hue, t)});
  }
  return points;
}

Theme make_theme(bool dark) {
  Theme t;
  t.dark = dark;
  const auto tone = [&](double light, double in_dark, double chroma = 0.008) {
    return rgb(Perceived{dark ? in_dark : light, chroma, 260});
  };
  t.ground = tone(0.985, 0.205);
  t.panel = tone(0.955, 0.255);
  t.text = tone(0.25, 0.92);
  t.quiet_text = tone(0.50, 0.70);
  t.line = tone(0.86, 0.36);
  t.document[0] = tone(0.84, 0.40, 0.025);
  t.document[1] = tone(0.91, 0.32, 0.018);
  t.cursor = rgb(Perceived{dark ? 0.72 : 0.56, 0.2, 25});
  t.hover = tone(0.45, 0.78);
  t.mark = rgb(Perceived{dark ? 0.78 : 0.60, 0.16, 330});
  t.received = rgb(Perceived{dark ? 0.74 : 0.55, 0.11, 200});
  return t;
}

constexpr double surprise_hue = 55;

}  // namespace

const Theme& theme(bool dark) {
  static const std::array<Theme, 2> themes = {make_theme(false), make_theme(true)};
  return themes[dark ? 1 : 0];
}

bool is_dark(const QPalette& palette) {
  return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

QColor level_color(int level, bool dark) {
  static const auto colors = [] {
    std::array<std::array<QColor, distinct_levels>, 2> both;
    for (std::size_t i = 0; i < distinct_levels; ++i) {
      const auto& c = level_colors[i];
      both[0][i] = rgb(Perceived{c.lightness - 0.03, c.chroma, c.hue});
      both[1][i] = rgb(Perceived{c.lightness + 0.05, c.chroma, c.hue});
    }
    return both;
  }();
  return colors[dark ? 1 : 0][static_cast<std::size_t>(std::max(level, 0)) % distinct_levels];
}

const ColorTable& color_table(ColorMap map, bool dark) {
  static const std::array<ColorTable, 6> tables = {
      walk(turning(0.985, 0.28, 110, 310)),                   // light ground: the strongest is the darkest
      walk(turning(0.205, 0.93, 310, 105)),                   // dark ground: the strongest is the brightest
      walk({{0.985, 0.01, 100}, {0.80, 0.12, 95}, {0.55, 0.02, 100}, {0.30, 0.10, 262}}),
      walk({{0.205, 0.02, 262}, {0.40, 0.09, 262}, {0.62, 0.02, 100}, {0.93, 0.15, 100}}),
      walk({{0.985, 0, 0}, {0.15, 0, 0}}),
      walk({{0.205, 0, 0}, {0.97, 0, 0}}),
  };
  const std::size_t place = map == ColorMap::violet_yellow ? 0 : map == ColorMap::blue_yellow ? 2 : 4;
  return tables[place + (dark ? 1 : 0)];
}

QColor surprise_tint(double bits, bool dark) {
  QColor color = rgb(Perceived{dark ? 0.66 : 0.74, 0.16, surprise_hue});
  const double share = std::isfinite(bits) ? std::clamp(bits / most_bits, 0.0, 1.0) : 0.0;
  color.setAlphaF(static_cast<float>(0.85 * std::pow(share, 1.3)));
  return color;
}

QColor share_tint(double share, double largest, bool dark) {
  QColor color = theme(dark).received;
  const double top = std::max(largest, 2 * least_tinted_share);
  const double part = share > least_tinted_share ? std::log(share / least_tinted_share) / std::log(top / least_tinted_share) : 0;
  color.setAlphaF(static_cast<float>(0.85 * std::pow(std::min(part, 1.0), 1.5)));
  return color;
}

// Without a hue, so that no level or measure is meant.
QColor blind_color(bool dark) { return rgb(Perceived{dark ? 0.72 : 0.42, 0.01, 260}); }

QColor surprise_color(bool dark) { return rgb(Perceived{dark ? 0.74 : 0.60, 0.15, surprise_hue}); }

}  // namespace corpuscope::ui
