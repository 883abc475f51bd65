#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands.h"
#include "app/terminal.h"
#include "explore/open.h"
#include "workspace/workspace.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::filesystem::path folder;
};

void export_text(const Options& options) {
  const auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  std::int64_t documents = 0;
  {
    TerminalJob work(options.quiet);
    documents = explore::export_text(workspace, options.folder, work.job());
  }
  if (options.json)
    print_json({{"documents", documents}, {"folder", options.folder.string()}});
  else
    print(fmt::format("{} documents written to {}", count_text(documents), printable(options.folder.string())));
}

}  // namespace

void add_export(CLI::App& app) {
  auto* command = app.add_subcommand("export", "Write what a workspace holds as ordinary files");
  command->require_subcommand(1);
  auto* text = command->add_subcommand("text", "Write every document's text, decoded to UTF-8, below a folder");
  auto options = std::make_shared<Options>();
  add_workspace(*text, *options);
  text->add_option("DIR", options->folder, "A new or an empty folder")->required();
  add_json(*text, *options);
  add_quiet(*text, *options);
  text->callback([options] { export_text(*options); });
}

}  // namespace corpuscope::app
