#pragma once
// An attention pattern as it is given on the command line, and how commands tell of one.

#include <cstdint>
#include <string>
#include <vector>

#include "pattern/pattern.h"

namespace CLI {
class App;
class Option_group;
}

namespace corpuscope::app {

struct PatternOptions {
  std::int64_t length = 0;
  int heads = 8;
  std::int64_t segment = 2048, ratio = 2;
  std::vector<std::string> levels;  // "w:r"; a ladder of segment and ratio where empty
  std::string rule = "modulo";
  bool staggered = false, full = false;
};

// Their option group; where none of it was given, `group->count_all()` is 0.
CLI::Option_group* add_pattern_options(CLI::App& command, PatternOptions& options);

// Throws CLI::ValidationError on levels that are no "w:r", core::Error on a pattern that cannot be.
pattern::Pattern pattern_of(const PatternOptions& options);

std::string pattern_line(const pattern::Pattern& pattern, int heads, std::int64_t length);
std::string level_text(const pattern::Level& level);  // "w 2,048 r 1"

}  // namespace corpuscope::app
