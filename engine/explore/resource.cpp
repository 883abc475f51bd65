#include <unistd.h>
#include <xxhash.h>

#include <cstdlib>
#include <vector>

#include "core/error.h"
#include "explore/open.h"

namespace corpuscope::explore {
namespace {

namespace fs = std::filesystem;

fs::path program_folder() {
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path();
}

std::vector<fs::path> resource_folders() {
  std::vector<fs::path> folders;
  if (const char* given = std::getenv("CORPUSCOPE_RESOURCES"); given && *given) folders.emplace_back(given);
  if (const auto program = program_folder(); !program.empty())
    for (const char* beside : {"resources", "../resources", "../share/corpuscope"})
      folders.push_back((program / beside).lexically_normal());
  folders.emplace_back(CORPUSCOPE_SOURCE_RESOURCES);
  return folders;
}

}  // namespace

fs::path data_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data == '/') return fs::path(data) / "corpuscope";
  if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / ".local/share/corpuscope";
  throw core::Error("There is no place for workspaces and models: neither XDG_DATA_HOME nor HOME is set.",
                    "Set one of them, or say where the workspace shall lie with --workspace FILE.");
}

fs::path resource(const std::string& name) {
  std::string tried;
  for (const auto& folder : resource_folders()) {
    std::error_code ignored;
    if (fs::exists(folder / name, ignored)) return folder / name;
    tried += (tried.empty() ? "" : ", ") + folder.string();
  }
  throw core::Error("The resource " + name + " was not found in " + tried + ".",
                    "Set CORPUSCOPE_RESOURCES to the folder that holds it.");
}

fs::path default_workspace(const fs::path& folder) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(folder, error);
  if (error) whole = fs::absolute(folder).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  const std::string path = whole.string();
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(XXH3_64bits(path.data(), path.size())));
  // Behind it come the hash and the endings of the files that SQLite puts beside: 255 bytes in all.
  std::string name = whole.filename().string().substr(0, 180);
  if (name.empty()) name = "root";
  return data_folder() / (name + "-" + hash + ".corpuscope");
}

}  // namespace corpuscope::explore
