#pragma once
// The two ways into this room: the window, and the report with pictures drawn by the window's own code.

#include <filesystem>

namespace corpuscope::ui {

// Opens the window on a folder or workspace file (empty: none) and returns when it is closed, with the exit code.
int run_window(int& argc, char** argv, const std::filesystem::path& target);

// Writes one self-contained HTML file about a workspace: figures, the sequence bar, the attention canvas, the most
// and least surprising passages. Needs no display. Throws core::Error.
void write_report(int& argc, char** argv, const std::filesystem::path& workspace, const std::filesystem::path& html);

}  // namespace corpuscope::ui
