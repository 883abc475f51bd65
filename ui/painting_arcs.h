#pragma once
// Arcs over the sequence, from a passage back to an earlier one.

#include "ui/painting.h"

namespace corpuscope::ui {

struct Arc {
  std::int64_t later = 0, earlier = 0;  // tokens
  double share = 1;                     // of the strongest
  bool chosen = false;
  bool sure = true;                     // else it is dashed
};
using Arcs = std::vector<Arc>;

// With their feet on the bottom of the band; wide ones as high as it, narrow ones lower. Those whose both ends lie
// outside on the same side are not seen.
void paint_arcs(QPainter& painter, const QRectF& band, const Scale& scale, const Arcs& arcs, const Theme& colors);

}  // namespace corpuscope::ui
