#pragma once
// How commands tell how far back a model uses its context (explore/context_reach.h).

#include <nlohmann/json.hpp>
#include <string>

#include "workspace/measured.h"

namespace corpuscope::app {

std::string reach_line(const workspace::ContextReach& reach);  // "uses about 1,800 tokens back: ..."
nlohmann::ordered_json reach_json(const workspace::ContextReach& reach);

}  // namespace corpuscope::app
