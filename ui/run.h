#pragma once
// The ways into this room: the window, and what is drawn by the window's own code without one.

#include <filesystem>
#include <string>

#include "explore/word_tables.h"

namespace corpuscope::ui {

// Opens the window on a folder or workspace file (empty: none) and returns when it is closed, with the exit code.
int run_window(int& argc, char** argv, const std::filesystem::path& target);

// Writes one self-contained HTML file about a workspace: figures, the sequence bar, the attention canvas, the most
// and least surprising passages. Needs no display. Throws core::Error.
void write_report(int& argc, char** argv, const std::filesystem::path& workspace, const std::filesystem::path& html);

// A dispersion plot as .svg or .png. Needs no display. Throws core::Error.
struct DispersionWish {
  const explore::CorpusText& text;
  const explore::Dispersion& dispersion;
  explore::Shown shown;
  std::string query;
};
void write_dispersion(const DispersionWish& wish, const std::filesystem::path& file);

}  // namespace corpuscope::ui
