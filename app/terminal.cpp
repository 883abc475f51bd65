#include "app/terminal.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <iostream>

#include "core/error.h"
#include "explore/open.h"

namespace corpuscope::app {

void add_workspace(CLI::App& command, Common& common) {
  command.add_option("-w,--workspace", common.workspace, "The workspace file, or the folder it was made from")
      ->required()
      ->type_name("FILE");
}

void add_json(CLI::App& command, Common& common) {
  command.add_flag("--json", common.json, "Answer as JSON on standard output");
}

void add_quiet(CLI::App& command, Common& common) {
  command.add_flag("-q,--quiet", common.quiet, "Show no progress");
}

std::filesystem::path workspace_file(const std::filesystem::path& given) {
  std::error_code error;
  if (!std::filesystem::is_directory(given, error)) return given;
  const auto file = explore::default_workspace(given);
  if (!std::filesystem::exists(file, error))
    throw core::Error("The folder " + given.string() + " has no workspace yet.",
                      "Make one: corpuscope open " + given.string());
  return file;
}

void print(const std::string& text) { std::cout << text << '\n'; }

void print_json(const nlohmann::ordered_json& json) {
  print(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string printable(std::string_view text, bool line_breaks) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (line_breaks && (c == '\n' || c == '\t'))
      safe += char(c);
    else if (c < 0x20 || c == 0x7f)
      safe += fmt::format("\\x{:02x}", c);
    else if (c == 0xC2 && next >= 0x80 && next < 0xA0)
      safe += fmt::format("\\x{:02x}", next), ++i;  // U+0080 to U+009F
    else
      safe += char(c);
  }
  return safe;
}

std::string bytes_text(double bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < std::size(units)) bytes /= 1000, ++unit;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 || bytes >= 99.95 ? 0 : 1, units[unit]);
}

std::string seconds_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace corpuscope::app
