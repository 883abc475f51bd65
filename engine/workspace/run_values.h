#pragma once
// What the stores of a run's values share.

#include <span>

#include "workspace/database.h"
#include "workspace/workspace.h"

namespace corpuscope::workspace {

// Throws core::Error where there is no such run over the present sequence.
Run require_run(Database& db, std::int64_t id);

// Throws core::Error unless all values are finite and not negative. `what`: "a surprisal of".
void check_values(const Database& db, std::span<const float> values, const char* what);

}  // namespace corpuscope::workspace
