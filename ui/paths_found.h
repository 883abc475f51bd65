#pragma once
// What the path view asks and what it finds: made on a worker thread, from and to plain values.

#include <map>
#include <optional>

#include "explore/passages.h"
#include "explore/pattern_answer.h"
#include "explore/strongest_paths.h"
#include "ui/painting_path.h"
#include "ui/tile_source.h"

namespace corpuscope::ui {

struct PathsWish {
  QString from, to;  // as typed: a token's number or file:line, +count for more tokens
  std::optional<workspace::Run> run;
  Geometry geometry;
  std::optional<pattern::Pattern> pattern;     // to search instead of the run's own
  std::int64_t length = 0;
  int most = 5;                                // strongest paths
  std::optional<workspace::SavedPaths> saved;  // these, instead of searching
  std::optional<workspace::Rollout> rollout;   // from its passage, to `to` or, where that is not behind it, where most arrives
  std::int64_t farthest_used = -1;             // Session::farthest_used
};

// A pattern in which there is a path.
struct Opened {
  QString change, short_change;  // against the one that was searched, as a phrase and as a few words
  pattern::Pattern pattern;
  workspace::FoundPath path;
};

struct PathsFound {
  QString error, remedy;  // where the places could not be understood
  Geometry geometry;
  pattern::Pattern pattern;                         // that was searched
  std::int64_t length = 0, run = 0;                 // run 0: none was read
  std::int64_t first = -1, count = 1, target = -1;  // -1: nothing was asked
  workspace::FoundPath structural;                  // empty: `blind` says why
  std::optional<pattern::BlindSpot> blind;
  QString why;
  std::vector<Opened> opened;
  std::vector<workspace::FoundPath> strongest;
  bool exact = false;            // all weights were asked
  explore::RereadCost cost;      // of asking them
  explore::RereadCost rollout_cost;
  std::int64_t rollout = 0;      // the one of this very passage that is shown; 0: none is kept
  std::vector<float> spread;     // of it: see LadderPicture
  double seconds = 0;            // that the pattern took
  std::map<std::int64_t, TokenText> texts;
  HopChecks checks;                           // of hops that were checked
  std::optional<workspace::LinkCheck> whole;  // of the passage as a whole
  std::vector<workspace::Link> unchecked;     // that one and those of the hops
  std::int64_t farthest_used = -1;

  bool as_read() const { return pattern == geometry.pattern; }
};

PathsFound find_paths(const PathsWish& wish, const workspace::Workspace& workspace, explore::Passages& passages);

// What the workspace knows by now of checks of the passage and of the hops.
void find_checks(PathsFound& found, const workspace::Workspace& workspace);

// Nothing where no model has read, or nothing was asked.
std::optional<explore::PathQuestion> question_of(const PathsFound& found, int most);

QString hops_text(int hops);

// The two sides of the view.
LadderPicture structural_picture(const PathsFound& found, int opened);  // opened: -1, or a pattern that has a path
LadderPicture strongest_picture(const PathsFound& found, int path);

}  // namespace corpuscope::ui
