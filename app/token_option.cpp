#include "app/token_option.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "app/terminal.h"
#include "core/error.h"

namespace corpuscope::app {

namespace {

// -1 where the text is no number.
std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? number : -1;
}

std::int64_t first_of_line(const std::string& name, std::int64_t line, const workspace::Workspace& workspace,
                           explore::Passages& passages) {
  const auto document = workspace.find_document(name);
  if (!document)
    throw core::Error("There is no document " + name + " in " + workspace.file().string() + ".",
                      "\"corpuscope info --documents\" lists them.");
  const std::string& content = passages.document(document->id).text;
  std::size_t offset = 0;
  for (std::int64_t i = 1; i < line; ++i) {
    offset = content.find('\n', offset);
    if (offset == std::string::npos)
      throw core::Error(fmt::format("{} has no line {}.", name, line), fmt::format("It has {}.", document->lines));
    ++offset;
  }
  return passages.token_at(document->id, std::int64_t(offset));
}

}  // namespace

std::int64_t token_of(const std::string& text, const workspace::Workspace& workspace, explore::Passages& passages) {
  if (const std::int64_t number = number_of(text); number >= 0) return number;
  const auto colon = text.rfind(':');
  const std::int64_t line = colon == std::string::npos ? -1 : number_of(std::string_view(text).substr(colon + 1));
  if (line < 1) throw CLI::ValidationError("\"" + text + "\" is neither the number of a token nor NAME:LINE");
  return first_of_line(text.substr(0, colon), line, workspace, passages);
}

workspace::Run run_to_look_at(const workspace::Workspace& workspace, std::int64_t id) {
  if (id > 0) {
    const auto run = workspace.run(id);
    if (run) return *run;
    throw core::Error(fmt::format("There is no run {} in {}.", id, workspace.file().string()),
                      "\"corpuscope info\" lists the runs.");
  }
  const auto runs = workspace.runs();
  if (runs.empty())
    throw core::Error(workspace.file().string() + " was not read by a model yet.", "Read it first: corpuscope read.");
  return runs.front();
}

}  // namespace corpuscope::app
