#pragma once
// What the commands share: progress and Ctrl-C, safe and readable output, where the workspace is.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "core/count_text.h"
#include "core/job.h"

namespace CLI {
class App;
}

namespace corpuscope::app {

// A job with its progress on stderr: one line that is rewritten where that is a terminal, a line every some seconds
// elsewhere. While it lives, Ctrl-C and SIGTERM cancel it; a second one ends the program at once.
class TerminalJob {
 public:
  explicit TerminalJob(bool quiet);
  ~TerminalJob();
  TerminalJob(const TerminalJob&) = delete;
  TerminalJob& operator=(const TerminalJob&) = delete;

  core::Job& job();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Options that mean the same in every command.
struct Common {
  std::filesystem::path workspace;
  bool json = false;
  bool quiet = false;
};

void add_workspace(CLI::App& command, Common& common);  // -w, required: a workspace, or the folder of a corpus
void add_json(CLI::App& command, Common& common);
void add_quiet(CLI::App& command, Common& common);

// The file meant by -w. Throws core::Error where there is none.
std::filesystem::path workspace_file(const std::filesystem::path& given);

void print(const std::string& text);                // to stdout, with a newline
void print_json(const nlohmann::ordered_json& json);  // bytes that are no UTF-8 become U+FFFD

// Names and texts of strangers: control characters, which a terminal would obey, become visible. `line_breaks` keeps
// newlines and tabs.
std::string printable(std::string_view text, bool line_breaks = false);

using core::count_text;
using core::counted;
std::string bytes_text(double bytes);           // "15.8 MB"
std::string seconds_text(double seconds);       // "1 min 27 s"

}  // namespace corpuscope::app
