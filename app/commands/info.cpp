#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/commands.h"
#include "app/run_json.h"
#include "app/terminal.h"
#include "workspace/workspace.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  bool documents = false, skipped = false;
};

constexpr std::size_t short_list = 20;

nlohmann::ordered_json json_of(const workspace::Document& document) {
  return {{"name", document.name},         {"file_bytes", document.file_bytes}, {"text_bytes", document.text_bytes},
          {"encoding", document.encoding}, {"note", document.note},             {"lines", document.lines},
          {"hash", document.hash},         {"first_token", document.first_token}, {"tokens", document.tokens}};
}

void show_json(const workspace::Workspace& workspace, bool documents) {
  const auto summary = workspace.summary();
  nlohmann::ordered_json json = {{"workspace", workspace.file().string()},
                                 {"folder", workspace.corpus_folder()},
                                 {"excluded", workspace.exclusions()},
                                 {"documents", summary.documents},
                                 {"tokens", summary.tokens},
                                 {"file_bytes", summary.file_bytes},
                                 {"text_bytes", summary.text_bytes},
                                 {"workspace_bytes", summary.workspace_bytes},
                                 {"text_complete", summary.text_complete},
                                 {"tokens_complete", summary.tokens_complete}};
  auto& folders = json["folders"] = nlohmann::ordered_json::array();
  for (const auto& folder : workspace.folders()) folders.push_back({{"path", folder.path}, {"name", folder.name}});
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

// A long list tells less than how often each reason was the one.
void show_skipped(const std::vector<workspace::Skipped>& skipped, bool all) {
  print(fmt::format("skipped    {}", count_text(std::int64_t(skipped.size()))));
  if (all || skipped.size() <= short_list) {
    for (const auto& entry : skipped) print(fmt::format("  {}: {}", printable(entry.name), printable(entry.reason)));
    return;
  }
  std::map<std::string, std::int64_t> reasons;
  for (const auto& entry : skipped) ++reasons[entry.reason];
  std::vector<std::pair<std::int64_t, std::string>> most;
  for (const auto& [reason, count] : reasons) most.emplace_back(-count, reason);
  std::sort(most.begin(), most.end());
  for (const auto& [count, reason] : most) print(fmt::format("{:>12} {}", count_text(-count), printable(reason)));
  print("             (each file with --skipped)");
}

void show(const workspace::Workspace& workspace, const Options& options) {
  const auto summary = workspace.summary();
  for (const auto& folder : workspace.folders())
    print(fmt::format("corpus     {}{}", printable(folder.path), folder.name.empty() ? "" : "  as " + printable(folder.name)));
  for (const auto& pattern : workspace.exclusions()) print("excluded   " + printable(pattern));
  print(fmt::format("workspace  {} ({})", printable(workspace.file().string()),
                    bytes_text(double(summary.workspace_bytes))));
  print(fmt::format("documents  {} ({} of files, {} of text{})", count_text(summary.documents),
                    bytes_text(double(summary.file_bytes)), bytes_text(double(summary.text_bytes)),
                    summary.text_complete ? "" : "; not all read yet: open the folder again"));
  print(fmt::format("tokens     {}", summary.tokens_complete ? count_text(summary.tokens)
                                                             : "not complete yet: open the folder again"));
  for (const auto& run : workspace.runs()) print("run        " + run_line(workspace, run));
  if (options.documents)
    for (const auto& document : workspace.documents())
      print(fmt::format("{:>12} tokens  {:<12} {}{}", count_text(document.tokens), printable(document.encoding),
                        printable(document.name), document.note.empty() ? "" : "  (" + printable(document.note) + ")"));
  show_skipped(workspace.skipped(), options.skipped);
}

}  // namespace

void add_info(CLI::App& app) {
  auto* command = app.add_subcommand("info", "Tell what a workspace holds: documents, tokens, runs, skipped files and why");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_flag("--documents", options->documents, "List every document");
  command->add_flag("--skipped", options->skipped, "List every skipped file, however many they are");
  add_json(*command, *options);
  command->callback([options] {
    const auto workspace = workspace::Workspace::open(workspace_file(options->workspace));
    if (options->json)
      show_json(workspace, options->documents);
    else
      show(workspace, *options);
  });
}

}  // namespace corpuscope::app
