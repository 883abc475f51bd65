#pragma once
// What a run tells about a corpus in two numbers.

#include "workspace/workspace.h"

namespace corpuscope::explore {

struct RunFigures {
  std::int64_t text_bytes = 0;  // of what was read so far
  double bits_per_token = 0, bits_per_byte = 0;
};

RunFigures run_figures(const workspace::Workspace& workspace, const workspace::Run& run);

}  // namespace corpuscope::explore
