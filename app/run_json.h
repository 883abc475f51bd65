#pragma once
// How commands tell of a run.

#include <nlohmann/json.hpp>
#include <string>

#include "workspace/workspace.h"

namespace corpuscope::app {

const char* detail_name(workspace::Detail detail);
nlohmann::ordered_json run_json(const workspace::Workspace& workspace, const workspace::Run& run);
std::string run_line(const workspace::Workspace& workspace, const workspace::Run& run);

}  // namespace corpuscope::app
