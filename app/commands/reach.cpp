#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands.h"
#include "app/reach_output.h"
#include "app/terminal.h"
#include "app/token_option.h"
#include "explore/context_reach.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::int64_t run = 0;
  bool again = false;
  std::filesystem::path model;
};

std::string bar(double saved, double largest) {
  constexpr double width = 40;
  return std::string(std::size_t(std::max(0.0, saved / std::max(largest, 1e-9) * width)), '#');
}

void show(const explore::ContextReach& reach) {
  print(reach_line(reach));
  double largest = 0;
  for (const auto& octave : reach.octaves) largest = std::max(largest, octave.saved);
  print("bits a token that all beyond a distance saves, with its standard error");
  for (const auto& octave : reach.octaves)
    print(fmt::format("  {:>16} {:8.4f} +- {:.4f}  {}", fmt::format("{} to {}", count_text(octave.first), count_text(octave.end - 1)),
                      octave.saved, octave.error, bar(octave.saved, largest)));
  print(fmt::format("{} windows of {} tokens, read behind {} tokens of other text of the corpus, in {}", reach.windows,
                    count_text(reach.window), count_text(reach.other), seconds_text(reach.seconds)));
}

void measure(const Options& options) {
  const auto file = workspace_file(options.workspace);
  const auto workspace = workspace::Workspace::open(file);
  const auto run = run_to_look_at(workspace, options.run);
  auto reach = workspace.context_reach(run.id);
  if (!reach || options.again) {
    TerminalJob work(options.quiet || options.json);
    reach = explore::measure_reach(file, run.id, options.model, work.job());
  }
  options.json ? print_json(reach_json(*reach)) : show(*reach);
}

}  // namespace

void add_reach(CLI::App& app) {
  auto* command = app.add_subcommand("reach", "Measure how far back the model that read the corpus really uses its context");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("--run", options->run, "Of this run, by default the newest")->check(CLI::PositiveNumber);
  command->add_flag("--again", options->again, "Measure it even where it is known");
  command->add_option("--model", options->model, "The folder of the model that made the run, where it is not a built-in one")->type_name("DIR");
  add_json(*command, *options);
  add_quiet(*command, *options);
  command->footer(
      "Some windows of the corpus are read behind other text of it. What a token costs more there than it did in the run is\n"
      "what its true far context saves. Once measured it is kept with the run. In JSON distances are tokens.");
  command->callback([options] { measure(*options); });
}

}  // namespace corpuscope::app
