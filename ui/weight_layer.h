#pragma once
// The weight of each pixel of a canvas: from a run's pooled maps, or from single weights that were computed again.

#include <atomic>
#include <vector>

#include "ui/frame_request.h"

namespace corpuscope::ui {

struct WeightLayer {
  std::vector<float> weights;         // [height, width], meaned over a pixel's pairs
  std::vector<std::int16_t> levels;   // which level gives most; empty unless asked for
  bool exact = false;                 // single weights, else pooled ones
};

// Whether single weights are at hand for all that the picture shows.
bool covers(const explore::ExactWeights& exact, const pattern::Raster& raster, std::int64_t length);

WeightLayer weight_layer(const FrameRequest& request, bool with_levels, const std::atomic<bool>& stopped);

// Each row of pixels divided by its largest.
void normalise_rows(std::vector<float>& weights, int width);

}  // namespace corpuscope::ui
