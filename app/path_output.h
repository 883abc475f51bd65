#pragma once
// How `corpuscope path` tells of paths: in words, as JSON, as a table.

#include <string>
#include <vector>

#include "app/path_question.h"
#include "explore/pattern_answer.h"

namespace corpuscope::app {

// The strongest paths of a run, where they were asked for.
struct RunAnswer {
  bool asked = false, exact = false;
  explore::RereadCost cost;  // of asking all weights
  std::vector<workspace::FoundPath> paths;
  // Where a check was asked for: of the whole passage, and of the hops of each path.
  std::optional<workspace::LinkCheck> whole;
  std::vector<std::vector<workspace::LinkCheck>> hops;
};

void show(const explore::PatternAnswer& pattern, const RunAnswer& run, Question& question);
void show_json(const explore::PatternAnswer& pattern, const RunAnswer& run, Question& question);
void show_saved(const workspace::SavedPaths& paths, Question& question, bool json);

}  // namespace corpuscope::app
