#pragma once
// What `corpuscope path` is asked: two places in a sequence, a pattern or a run.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/pattern_options.h"
#include "app/terminal.h"
#include "explore/passages.h"
#include "explore/strongest_paths.h"

namespace CLI {
class Option_group;
}

namespace corpuscope::app {

struct PathOptions : Common {
  PatternOptions pattern;
  CLI::Option_group* pattern_given = nullptr;
  std::string from, to;
  std::int64_t run = 0;
  int strongest = 0;  // 0: the pattern alone
  bool reread = false, check = false, rollout = false, list = false;
  std::string save, show;
  std::int64_t remove = 0, remove_rollout = 0, rename = 0, rename_rollout = 0, show_rollout = 0;
  std::filesystem::path model, csv;
};

// The pattern, the places, and the texts where there is a workspace.
struct Question {
  pattern::Pattern pattern;
  int heads = 1, layers = 0;  // layers: of the run; 0: a pattern alone
  std::int64_t length = 0;
  std::int64_t first = 0, count = 1, to = 0;
  std::optional<workspace::Workspace> workspace;
  std::optional<workspace::Run> run;
  std::unique_ptr<explore::Passages> passages;

  explore::PathQuestion strongest(const PathOptions& options) const;
};

Question path_question(const PathOptions& options);  // without places where options.from is empty

}  // namespace corpuscope::app
