#pragma once
// The inside of the attention canvas as an image: the pattern by level colour, and the pooled weights of a run by a
// perceptual map. Made on a worker thread, from plain values.

#include <QImage>
#include <atomic>

#include "ui/blind_bands.h"
#include "ui/frame_request.h"

namespace corpuscope::ui {

struct Frame {
  QImage image;
  pattern::Raster raster;
  bool weights = false;       // else the pattern alone
  bool exact = false;         // single weights, else pooled ones
  std::vector<BlindBand> blind;
  qint64 milliseconds = -1;   // that it took to make in full
  bool is_coarse() const { return milliseconds < 0; }  // or not there yet
  double low = 0, high = 0;   // weights at the ends of the colour map
  std::pair<double, double> own_range = {0, 0};  // as it would be by itself
};

// Returns an empty image when `stopped` becomes true on the way.
Frame render_frame(const FrameRequest& request, const std::atomic<bool>& stopped);

// How strongly a share of visible pairs is drawn, 0 to 1, when the thinnest level shows `least`.
double pattern_strength(double share, double least, Strength strength);
double least_share(const Geometry& geometry);

// Where a weight lies on the colour map, 0 to 1.
double map_position(double weight, double low, double high, Strength strength);
double weight_at(double place, double low, double high, Strength strength);  // the other way round
std::size_t map_entry(double place);

}  // namespace corpuscope::ui
