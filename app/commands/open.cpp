#include <fmt/format.h>

#include "app/commands.h"
#include "app/terminal.h"
#include "explore/open.h"
#include "workspace/workspace.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::filesystem::path folder;
  explore::OpenSettings settings;
  bool print_workspace = false;
};

void show_json(const Options& options, const explore::OpenResult& result, const workspace::Workspace& workspace) {
  const auto summary = workspace.summary();
  print_json({{"workspace", options.workspace.string()},
              {"folder", workspace.corpus_folder()},
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
  print(fmt::format("{} documents, {} of text, {} tokens; {} files skipped", count_text(summary.documents),
                    bytes_text(double(summary.text_bytes)), count_text(summary.tokens), count_text(summary.skipped)));
  print(fmt::format("{} files read, {} unchanged, {} removed; text in {}, tokens in {}", count_text(result.read),
                    count_text(result.unchanged), count_text(result.removed), seconds_text(result.text_seconds),
                    seconds_text(result.token_seconds)));
  print(fmt::format("workspace: {} ({})", printable(options.workspace.string()),
                    bytes_text(double(summary.workspace_bytes))));
}

void open(Options& options) {
  if (options.workspace.empty()) options.workspace = explore::default_workspace(options.folder);
  if (options.print_workspace) return print(options.workspace.string());
  explore::OpenResult result;
  {
    TerminalJob work(options.quiet);
    result = explore::open_corpus(options.folder, options.workspace, options.settings, work.job());
  }
  const auto workspace = workspace::Workspace::open(options.workspace);
  if (options.json)
    show_json(options, result, workspace);
  else
    show(options, result, workspace.summary());
}

}  // namespace

void add_open(CLI::App& app) {
  auto* command = app.add_subcommand("open", "Make a folder's text searchable and tokenize it, or bring both up to date");
  auto options = std::make_shared<Options>();
  command->add_option("FOLDER", options->folder, "The folder, or a single file")->required();
  command->add_option("-w,--workspace", options->workspace,
                      "Where the workspace lies; by default in your data directory")
      ->type_name("FILE");
  command->add_option("--tokenizer", options->settings.tokenizer, "A SentencePiece model other than the default one")
      ->type_name("FILE");
  command->add_flag("--print-workspace", options->print_workspace, "Only tell where the workspace lies");
  add_json(*command, *options);
  add_quiet(*command, *options);
  command->footer("New and changed files are read, deleted ones removed, all others left alone.\n"
                  "May be interrupted at any time; the same command goes on.");
  command->callback([options] { open(*options); });
}

}  // namespace corpuscope::app
