#pragma once
// The plot of the reach gauge: bits a token that all beyond a distance saves, over the distance in octaves.

#include "ui/painting.h"
#include "workspace/measured.h"

namespace corpuscope::ui {

void paint_reach(QPainter& painter, const QSizeF& size, const workspace::ContextReach& reach, bool dark);  // in its font

}  // namespace corpuscope::ui
