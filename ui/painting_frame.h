#pragma once
// The inside of the attention canvas as an image: the pattern by level colour, and the pooled weights of a run by a
// perceptual map. Made on a worker thread, from plain values.

#include <QImage>
#include <atomic>

#include "ui/colors.h"
#include "ui/tile_source.h"

namespace corpuscope::ui {

enum class Strength { linear, root, logarithm };

struct FrameRequest {
  Geometry geometry;
  std::int64_t length = 0;
  pattern::Raster raster;        // in device pixels
  int head = -1;                 // -1: mean over all
  std::vector<bool> hidden;      // levels that are switched off; may be shorter than the levels
  Strength strength = Strength::logarithm;
  bool pattern_only = false;
  bool dark = false;
  ColorMap map = ColorMap::violet_yellow;
  std::shared_ptr<const TileSet> tiles;  // null: none yet

  bool shows(int level) const { return std::size_t(level) >= hidden.size() || !hidden[std::size_t(level)]; }
};

struct Frame {
  QImage image;
  pattern::Raster raster;
  bool weights = false;       // else the pattern alone
  double low = 0, high = 0;   // weights at the ends of the colour map
};

// Returns an empty image when `stopped` becomes true on the way.
Frame render_frame(const FrameRequest& request, const std::atomic<bool>& stopped);

// How strongly a share of visible pairs is drawn, 0 to 1, when the thinnest level shows `least`.
double pattern_strength(double share, double least, Strength strength);
double least_share(const Geometry& geometry);

// Where a weight lies on the colour map, 0 to 1.
double map_position(double weight, double low, double high, Strength strength);

}  // namespace corpuscope::ui
