#pragma once
// What the inside of an attention canvas shall show, as plain values: a worker thread makes the image from them.

#include <memory>
#include <optional>

#include "explore/exact_weights.h"
#include "ui/colors.h"
#include "ui/tile_source.h"

namespace corpuscope::ui {

enum class Strength { linear, root, logarithm };  // how weights and shares become positions on a colour map
enum class Values { raw, row };                   // row: a weight's share of the largest in its row of the picture

struct FrameRequest {
  Geometry geometry;
  std::int64_t length = 0;
  pattern::Raster raster;        // in device pixels
  int head = workspace::mean_of_heads;
  int layer = 0;                 // of `exact`
  std::vector<bool> hidden;      // levels that are switched off; may be shorter than the levels
  Strength strength = Strength::logarithm;
  Values values = Values::raw;
  std::optional<std::pair<double, double>> at_least;  // weights that the colours reach down and up to, whatever is there
  double threshold = 0;          // position on the colour map below which nothing is drawn, 0 to 1
  bool pattern_only = false;
  bool blind_spots = false;
  bool dark = false;
  ColorMap map = ColorMap::violet_yellow;
  std::shared_ptr<const TileSet> tiles;              // null: none yet
  std::shared_ptr<const explore::ExactWeights> exact;  // drawn where it covers what is shown

  bool shows(int level) const { return std::size_t(level) >= hidden.size() || !hidden[std::size_t(level)]; }
};

}  // namespace corpuscope::ui
