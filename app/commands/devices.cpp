// devices: where the model can be computed.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands.h"
#include "app/terminal.h"
#include "explore/devices.h"

namespace corpuscope::app {
namespace {

void show_json(const explore::DeviceList& list) {
  auto devices = nlohmann::ordered_json::array();
  for (const auto& entry : list.entries)
    devices.push_back({{"device", entry.word},
                       {"name", entry.name},
                       {"memory", entry.memory},
                       {"free_memory", entry.free_memory}});
  print_json({{"devices", devices}, {"automatic", list.automatic}, {"note", list.note}});
}

void show(const explore::DeviceList& list) {
  for (const auto& entry : list.entries)
    print(fmt::format("{:<8} {:<32} {:>10} of {:>10} free{}", entry.word, printable(entry.name),
                      bytes_text(double(entry.free_memory)), bytes_text(double(entry.memory)),
                      entry.word == list.automatic ? "   <- auto" : ""));
  print(list.note);
}

}  // namespace

void add_devices(CLI::App& app) {
  auto* command = app.add_subcommand("devices", "List the processor and the GPUs that the model can be computed on");
  auto options = std::make_shared<Common>();
  add_json(*command, *options);
  command->footer("The first column is what --device of other subcommands takes; \"auto\" is the marked one, \"gpus\" all GPUs.");
  command->callback([options] { options->json ? show_json(explore::list_devices()) : show(explore::list_devices()); });
}

}  // namespace corpuscope::app
