#pragma once
// What the attention view says of a pair, a level or a source, in words.

#include <QString>

#include "ui/attention_pane.h"

namespace corpuscope::ui {

struct PairTold {
  std::int64_t query = -1, key = -1;
  QString query_text, key_text;  // place and words around
};

// Two lines: who reads whom; at which distance, through which levels and heads, with which weight.
QString told(const PairTold& pair, const Geometry& geometry, std::int64_t length, const TileSet* tiles,
             const explore::ExactWeights* exact, int layer, int head);

QString pattern_name(pattern::OffsetRule rule, bool staggered);

}  // namespace corpuscope::ui
