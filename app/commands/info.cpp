#include <fmt/format.h>

#include "app/commands.h"
#include "app/run_json.h"
#include "app/terminal.h"
#include "workspace/workspace.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  bool documents = false;
};

nlohmann::ordered_json json_of(const workspace::Document& document) {
  return {{"name", document.name},         {"file_bytes", document.file_bytes}, {"text_bytes", document.text_bytes},
          {"encoding", document.encoding}, {"note", document.note},             {"lines", document.lines},
          {"hash", document.hash},         {"first_token", document.first_token}, {"tokens", document.tokens}};
}

void show_json(const workspace::Workspace& workspace, bool documents) {
  const auto summary = workspace.summary();
  nlohmann::ordered_json json = {{"workspace", workspace.file().string()},
                                 {"folder", workspace.corpus_folder()},
                                 {"documents", summary.documents},
                                 {"tokens", summary.tokens},
                                 {"file_bytes", summary.file_bytes},
                                 {"text_bytes", summary.text_bytes},
                                 {"workspace_bytes", summary.workspace_bytes},
                                 {"text_complete", summary.text_complete},
                                 {"tokens_complete", summary.tokens_complete}};
  auto& skipped = json["skipped"] = nlohmann::ordered_json::array();
  for (const auto& entry : workspace.skipped()) skipped.push_back({{"name", entry.name}, {"reason", entry.reason}});
  auto& runs = json["runs"] = nlohmann::ordered_json::array();
  for (const auto& run : workspace.runs()) runs.push_back(run_json(workspace, run));
  if (documents) {
    auto& list = json["document_list"] = nlohmann::ordered_json::array();
    for (const auto& document : workspace.documents()) list.push_back(json_of(document));
  }
  print_json(json);
}

void show(const workspace::Workspace& workspace, bool documents) {
  const auto summary = workspace.summary();
  print(fmt::format("corpus     {}", printable(workspace.corpus_folder())));
  print(fmt::format("workspace  {} ({})", printable(workspace.file().string()),
                    bytes_text(double(summary.workspace_bytes))));
  print(fmt::format("documents  {} ({} of files, {} of text{})", count_text(summary.documents),
                    bytes_text(double(summary.file_bytes)), bytes_text(double(summary.text_bytes)),
                    summary.text_complete ? "" : "; not all read yet: open the folder again"));
  print(fmt::format("tokens     {}", summary.tokens_complete ? count_text(summary.tokens)
                                                             : "not complete yet: open the folder again"));
  for (const auto& run : workspace.runs()) print("run        " + run_line(workspace, run));
  if (documents)
    for (const auto& document : workspace.documents())
      print(fmt::format("{:>12} tokens  {:<12} {}{}", count_text(document.tokens), printable(document.encoding),
                        printable(document.name), document.note.empty() ? "" : "  (" + printable(document.note) + ")"));
  print(fmt::format("skipped    {}", count_text(summary.skipped)));
  for (const auto& entry : workspace.skipped())
    print(fmt::format("  {}: {}", printable(entry.name), printable(entry.reason)));
}

}  // namespace

void add_info(CLI::App& app) {
  auto* command = app.add_subcommand("info", "Tell what a workspace holds: documents, tokens, runs, skipped files and why");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_flag("--documents", options->documents, "List every document");
  add_json(*command, *options);
  command->callback([options] {
    const auto workspace = workspace::Workspace::open(workspace_file(options->workspace));
    if (options->json)
      show_json(workspace, options->documents);
    else
      show(workspace, options->documents);
  });
}

}  // namespace corpuscope::app
