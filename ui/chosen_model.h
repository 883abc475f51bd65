#pragma once
// The model that was chosen to read, remembered over the window's end.

#include <filesystem>

#include "explore/models.h"

namespace corpuscope::ui {

bool is_usual(const explore::ModelInfo& model);  // the one that reads where none was chosen
void remember_model(const explore::ModelInfo& model);

// Empty: the usual one. Throws core::Error where the chosen one is gone, and forgets it.
std::filesystem::path remembered_model();

}  // namespace corpuscope::ui
