// One program: without a subcommand it opens the window, with one it works in the terminal.

#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>

#include "app/commands.h"
#include "app/failure.h"
#include "app/ranks.h"
#include "app/window.h"
#include "core/error.h"
#include "parallel/mpi.h"
#ifdef CORPUSCOPE_WITH_CUDA
#include "model/cuda/backend.h"
#endif

namespace corpuscope::app {
namespace {

void describe(CLI::App& app, std::filesystem::path& target) {
  app.description(
      "Reads a whole folder of code or books as one sequence, and shows how a LongNet model read it.\n"
      "Without a subcommand it opens the window; with one it works in the terminal.");
  app.set_version_flag("--version", "corpuscope " CORPUSCOPE_VERSION);
  app.add_option("FOLDER", target, "A folder or a workspace file to open in the window");
  app.require_subcommand(0, 1);
}

// Set last: subcommands would inherit it.
void describe_first_steps(CLI::App& app) {
  app.footer(
      "First steps:\n"
      "  corpuscope FOLDER                     open a folder in the window\n"
      "  corpuscope open FOLDER                make its text searchable, in the terminal\n"
      "  corpuscope search -w FOLDER WORDS     find words in it\n"
      "  corpuscope read -w FOLDER             read it with the model\n"
      "\"corpuscope SUBCOMMAND --help\" tells the rest.");
}

// Started by mpirun, all else would do its work once for each rank.
void refuse_ranks(int argc, char** argv) {
  const auto word = [&](int i) { return argc > i ? std::string_view(argv[i]) : std::string_view(); };
  const bool shared = word(1) == "read" || (word(1) == "train" && word(2) == "model");
  if (shared || !parallel::started_by_mpirun()) return;
  on_ranks([](parallel::Collective&) {
    throw core::Error("Only \"corpuscope read\" and \"corpuscope train model\" work on several ranks.",
                      "Start this without mpirun.");
  });
}

int run(int argc, char** argv) {
#ifdef CORPUSCOPE_WITH_CUDA
  model::cuda::offer_gpus();
#endif
  CLI::App app;
  app.name("corpuscope");
  std::filesystem::path target;
  Arguments arguments{argc, argv};
  describe(app, target);
  add_open(app);
  add_read(app);
  add_reach(app);
  add_search(app);
  add_linguistics(app);
  add_like(app);
  add_echoes(app);
  add_twists(app);
  add_info(app);
  add_export(app);
  add_report(app, arguments);
  add_pattern(app);
  add_ask(app);
  add_inspect(app);
  add_path(app);
  add_bookmarks(app);
  add_tiles(app);
  add_check(app);
  add_bench(app);
  add_train(app);
  add_devices(app);
  add_models(app);
  describe_first_steps(app);
  try {
    refuse_ranks(argc, argv);
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) return open_window(arguments, target);
    if (!std::cout.flush()) return fail("The answer could not be written.", "Free some space where it goes.");
    return done;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? done : wrong_usage;
  } catch (...) {
    return explain_failure();
  }
}

}  // namespace
}  // namespace corpuscope::app

int main(int argc, char** argv) { return corpuscope::app::run(argc, argv); }
