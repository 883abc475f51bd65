#pragma once
// What it costs to read a run's sequence once more (see reread.h).

#include <cstdint>

#include "workspace/workspace.h"

namespace corpuscope::explore {

// Known before it starts.
struct RereadCost {
  std::int64_t tokens = 0;  // that are read
  double seconds = 0;       // at the pace of the run itself, wherever that was read; 0 where it is not known
  std::int64_t bytes = 0;   // of memory at most, besides the model's
};
double reread_seconds(const workspace::Run& run, std::int64_t tokens);
void check_memory(const RereadCost& cost, const char* remedy);  // throws core::Error where this machine has less

}  // namespace corpuscope::explore
