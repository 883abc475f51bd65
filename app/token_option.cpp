#include "app/token_option.h"

#include <CLI/CLI.hpp>

#include "core/error.h"
#include "explore/place_text.h"
#include "explore/strongest_paths.h"

namespace corpuscope::app {

std::int64_t token_of(const std::string& text, const workspace::Workspace& workspace, explore::Passages& passages) {
  const auto place = explore::parse_place(text);
  if (!place) throw CLI::ValidationError("\"" + text + "\" is neither the number of a token nor NAME:LINE");
  return explore::token_of(*place, workspace, passages);
}

explore::Stretch part_of(const std::string& text, const workspace::Workspace& workspace, explore::Passages& passages) {
  std::string written = text;
  const auto comma = written.find_last_of(',');
  if (comma != std::string::npos) written[comma] = '+';
  const auto place = explore::parse_place(written);
  if (!place) throw CLI::ValidationError("\"" + text + "\" is neither FIRST,COUNT nor NAME:LINE,COUNT");
  const explore::Stretch part{explore::token_of(*place, workspace, passages), place->count};
  if (part.end() > workspace.summary().tokens)
    throw core::Error("Tokens " + std::to_string(part.first) + " to " + std::to_string(part.end() - 1) + " are not all in the sequence.",
                      "It has " + std::to_string(workspace.summary().tokens) + " tokens, counted from 0.");
  return part;
}

workspace::Run run_to_look_at(const workspace::Workspace& workspace, std::int64_t id) {
  if (id > 0) return explore::require_run(workspace, id);
  const auto runs = workspace.runs();
  if (runs.empty())
    throw core::Error(workspace.file().string() + " was not read by a model yet.", "Read it first: corpuscope read.");
  return runs.front();
}

}  // namespace corpuscope::app
