#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/terminal.h"
#include "core/error.h"
#ifdef CORPUSCOPE_WITH_UI
#include "ui/run.h"
#endif

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::filesystem::path html;
};

#ifdef CORPUSCOPE_WITH_UI
void report(Arguments& arguments, const Options& options) {
  ui::write_report(arguments.argc, arguments.argv, workspace_file(options.workspace), options.html);
  if (options.json)
    print_json({{"report", options.html.string()}});
  else
    print("report: " + printable(options.html.string()));
}
#else
void report(Arguments&, const Options&) {
  throw core::Error("This corpuscope was built without its window, which draws the report's pictures.",
                    "Build it with -DCORPUSCOPE_UI=ON.");
}
#endif

}  // namespace

void add_report(CLI::App& app, Arguments& arguments) {
  auto* command = app.add_subcommand("report", "Write one HTML page with the pictures and figures of a workspace");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("HTML", options->html, "The page to write")->required();
  add_json(*command, *options);
  command->callback([options, &arguments] { report(arguments, *options); });
}

}  // namespace corpuscope::app
