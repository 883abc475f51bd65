#include "app/window.h"

#include <cstdlib>

#include "core/error.h"
#ifdef CORPUSCOPE_WITH_UI
#include "ui/run.h"
#endif

namespace corpuscope::app {
namespace {

constexpr auto in_the_terminal = "In the terminal: corpuscope open FOLDER, and corpuscope --help for the rest.";

#ifdef CORPUSCOPE_WITH_UI
bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}
#endif

}  // namespace

#ifdef CORPUSCOPE_WITH_UI
int open_window(Arguments& arguments, const std::filesystem::path& target) {
  std::error_code error;
  if (!target.empty() && !std::filesystem::exists(target, error))
    throw core::Error("There is no folder or file " + target.string() + ".",
                      "Check its name; \"corpuscope --help\" lists the subcommands.");
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("QT_QPA_PLATFORM"))
    throw core::Error("There is no display to open the window on.", in_the_terminal);
  return ui::run_window(arguments.argc, arguments.argv, target);
}
#else
int open_window(Arguments&, const std::filesystem::path&) {
  throw core::Error("This corpuscope was built without its window.", in_the_terminal);
}
#endif

}  // namespace corpuscope::app
