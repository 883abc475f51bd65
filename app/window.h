#pragma once
// The window, where it is built in.

#include <filesystem>

#include "app/commands.h"

namespace corpuscope::app {

// Opens the window on a folder or a workspace file (empty: on nothing) and returns the exit code when it is closed.
// Throws core::Error where there is no window or no display.
int open_window(Arguments& arguments, const std::filesystem::path& target);

}  // namespace corpuscope::app
