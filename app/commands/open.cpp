#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "app/commands.h"
#include "core/error.h"
#include "app/terminal.h"
#include "explore/open.h"
#include "explore/watch.h"
#include "workspace/workspace.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::vector<std::filesystem::path> folders;
  explore::OpenSettings settings;
  bool print_workspace = false, watch = false;
};

nlohmann::ordered_json folders_json(const workspace::Workspace& workspace) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& folder : workspace.folders()) list.push_back({{"path", folder.path}, {"name", folder.name}});
  return list;
}

void show_json(const Options& options, const explore::OpenResult& result, const workspace::Workspace& workspace) {
  const auto summary = workspace.summary();
  print_json({{"workspace", options.workspace.string()},
              {"folder", workspace.corpus_folder()},
              {"folders", folders_json(workspace)},
              {"excluded", workspace.exclusions()},
              {"read", result.read},
              {"unchanged", result.unchanged},
              {"removed", result.removed},
              {"skipped", summary.skipped},
              {"documents", summary.documents},
              {"tokens", summary.tokens},
              {"file_bytes", summary.file_bytes},
              {"text_bytes", summary.text_bytes},
              {"workspace_bytes", summary.workspace_bytes},
              {"text_seconds", result.text_seconds},
              {"token_seconds", result.token_seconds}});
}

void show(const Options& options, const explore::OpenResult& result, const workspace::Summary& summary) {
  print(fmt::format("{}, {} of text, {}; {} skipped", counted(summary.documents, "document"),
                    bytes_text(double(summary.text_bytes)), counted(summary.tokens, "token"), counted(summary.skipped, "file")));
  print(fmt::format("{} read, {} unchanged, {} removed; text in {}, tokens in {}", counted(result.read, "file"),
                    count_text(result.unchanged), count_text(result.removed), seconds_text(result.text_seconds),
                    seconds_text(result.token_seconds)));
  print(fmt::format("workspace: {} ({})", printable(options.workspace.string()),
                    bytes_text(double(summary.workspace_bytes))));
}

void report(const Options& options, const explore::OpenResult& result) {
  const auto workspace = workspace::Workspace::open(options.workspace);
  if (options.json)
    show_json(options, result, workspace);
  else
    show(options, result, workspace.summary());
}

// A reading belongs to the text that it read.
void tell_of_readings(const Options& options, std::size_t before) {
  if (before > 0 && workspace::Workspace::open(options.workspace).runs().empty())
    std::cerr << "The text has changed, so that the model's reading of it is gone: `corpuscope read` reads it again.\n";
}

std::size_t readings(const std::filesystem::path& workspace) {
  std::error_code ignored;
  return std::filesystem::exists(workspace, ignored) ? workspace::Workspace::open(workspace).runs().size() : 0;
}

std::string changes_text(const explore::Changes& changes) {
  std::string text = fmt::format("{} new, {} changed, {} removed", count_text(changes.added), count_text(changes.changed),
                                 count_text(changes.removed));
  return text + " (" + printable(changes.first) + (changes.files() > 1 ? ", …)" : ")");
}

// Until Ctrl-C, which is how it is meant to end.
void keep_up_to_date(const Options& options) {
  explore::Watch watch(options.workspace);
  TerminalJob work(true);
  if (!options.quiet) std::cerr << "Waiting for changes; Ctrl-C ends it.\n";
  try {
    while (true) {
      const auto changes = watch.next(work.job());
      if (changes.files() == 0) continue;
      if (!options.quiet) std::cerr << changes_text(changes) << '\n';
      const auto before = readings(options.workspace);
      const auto result = explore::update_corpus(options.workspace, {}, work.job());
      report(options, result);
      std::cout.flush();
      tell_of_readings(options, before);
      watch.look_again();
    }
  } catch (const core::Cancelled&) {
  }
}

void open(Options& options) {
  if (options.workspace.empty()) {
    if (options.folders.empty()) throw CLI::RequiredError("FOLDER, or -w with a workspace that is there,");
    options.workspace = explore::default_workspace(options.folders.front());
  }
  if (options.print_workspace) return print(options.workspace.string());
  const auto before = readings(options.workspace);
  explore::OpenResult result;
  {
    TerminalJob work(options.quiet);
    result = explore::open_corpus(options.folders, options.workspace, options.settings, work.job());
  }
  report(options, result);
  tell_of_readings(options, before);
  if (!options.watch) return;
  std::cout.flush();
  keep_up_to_date(options);
}

}  // namespace

void add_open(CLI::App& app) {
  auto* command = app.add_subcommand("open", "Make a folder's text searchable and tokenize it, or bring both up to date");
  auto options = std::make_shared<Options>();
  command->add_option("FOLDER", options->folders,
                      "Folders, or single files. Of a workspace that is there they may be left out");
  command->add_option("-w,--workspace", options->workspace,
                      "Where the workspace lies; by default in your data directory")
      ->type_name("FILE");
  command->add_option("--tokenizer", options->settings.tokenizer, "A SentencePiece model other than the default one")
      ->type_name("FILE");
  auto& change = options->settings.change;
  command->add_option("--add", change.add, "A further folder, for a workspace that is there")->type_name("FOLDER")
      ->allow_extra_args(false);
  command->add_option("--remove", change.remove, "Take a folder out of the workspace; its files stay as they are")
      ->type_name("FOLDER")
      ->allow_extra_args(false);
  command->add_option("--exclude", change.exclude,
                      "Leave out files and folders by a pattern as in .gitignore: *.log, build/, /notes/old, a/**/b")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  command->add_option("--include-again", change.include_again, "Take back an --exclude of the same pattern")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  command->add_flag("--watch", options->watch, "Stay, and bring it up to date whenever files change, until Ctrl-C");
  command->add_flag("--print-workspace", options->print_workspace, "Only tell where the workspace lies");
  add_json(*command, *options);
  add_quiet(*command, *options);
  command->footer("New and changed files are read, deleted ones removed, all others left alone.\n"
                  "May be interrupted at any time; the same command goes on.\n"
                  "Of several folders, names of documents begin with the folder's: notes/2024/may.md.\n"
                  "Each of these options may be given several times. Where the text changes, what a model read of\n"
                  "the text before is gone, and `corpuscope read` reads it again.");
  command->callback([options] { open(*options); });
}

}  // namespace corpuscope::app
