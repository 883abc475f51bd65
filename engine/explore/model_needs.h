#pragma once
// What reading with a model takes: memory and time.

#include <cstdint>
#include <filesystem>

#include "explore/models.h"
#include "model/config.h"
#include "model/import.h"

namespace corpuscope::explore {

// Of a model folder whose config is `config` (with its own levels), reading so many tokens.
MemoryNeed memory_needed(const model::Config& config, const std::filesystem::path& folder, std::int64_t tokens);

// Tokens a second, from the speed of matrix products with such weights, which is measured once (some 50 ms).
double estimated_speed(const model::Config& config, model::WeightForm form, std::int64_t tokens);

}  // namespace corpuscope::explore
