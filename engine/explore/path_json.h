#pragma once
// Answers about paths as JSON, for other programs: the same from the window and from the command line. Layers, levels and
// heads count from 0.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "explore/passages.h"
#include "explore/reread_cost.h"
#include "pattern/blind.h"
#include "workspace/measured.h"
#include "workspace/paths.h"

namespace corpuscope::explore {

struct PathsAnswer {
  pattern::Pattern pattern;  // that was searched
  int heads = 1;
  std::int64_t length = 0;
  std::int64_t first = 0, count = 1, target = 0;
  workspace::FoundPath structural;  // the fewest hops; empty: see `why`
  std::optional<pattern::BlindSpot> why;
  std::string why_text;
  std::vector<pattern::Cure> cures;
  bool asked_run = false;  // whether the rest was asked
  std::vector<workspace::FoundPath> strongest;
  bool exact = false;
  RereadCost cost;  // of asking all weights
  // Where a check was asked for: of the whole passage, and of the hops of each path.
  std::optional<workspace::LinkCheck> whole;
  std::vector<std::vector<workspace::LinkCheck>> hop_checks;
};

// `passages`: null where there are no texts.
nlohmann::ordered_json paths_json(const PathsAnswer& answer, Passages* passages);
nlohmann::ordered_json paths_json(const workspace::SavedPaths& paths, int heads, Passages* passages);
nlohmann::ordered_json link_json(const workspace::LinkCheck& check);
nlohmann::ordered_json pattern_json(const pattern::Pattern& pattern, int heads, std::int64_t length);

std::string paths_json_text(const PathsAnswer& answer, Passages* passages);

}  // namespace corpuscope::explore
