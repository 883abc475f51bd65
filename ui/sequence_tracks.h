#pragma once
// The tracks that the sequence bar can show: what they are called, how they are drawn, where their values come from.

#include <functional>
#include <optional>

#include "pattern/pattern.h"
#include "ui/painting_sequence.h"

namespace corpuscope::ui {

struct TrackChoice {
  QString menu;  // in the list of all
  QString unit;  // of its values
  TrackRow row;  // without values; its key, "surprise" or "received 2", stands in settings and exported files
  // `bins` equal parts of [first, first + count); asked on another thread.
  std::function<std::vector<workspace::Bin>(const workspace::Workspace&, std::int64_t first, std::int64_t count,
                                            int bins)>
      values;
  std::function<void(TrackRow&)> fit;  // its range to its values, so that the largest stays visible; may be empty
};

// Surprise, attention received by each layer, and by all of them.
std::vector<TrackChoice> track_choices(const workspace::Run& run, bool dark);

// Those that were computed and kept under a name: rollouts of a passage.
std::vector<TrackChoice> stored_choices(const workspace::Workspace& workspace, const workspace::Run& run, bool dark);

const QString surprise_key = QStringLiteral("surprise");
QString received_key(int layer);  // -1: of all layers together

// Blind spots of a token: what it can never know of, whatever the number of layers, looked for among the `window`
// tokens before it; and how much of its whole past that is. Empty where the pattern is not causal.
struct BlindSpots {
  std::vector<std::pair<std::int64_t, std::int64_t>> spans;
  double share = 0;  // of the past, exactly
  std::int64_t window = 0;
};
BlindSpots blind_spots(const pattern::Pattern& pattern, int heads, std::int64_t length, std::int64_t token);

}  // namespace corpuscope::ui
