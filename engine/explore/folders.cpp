#include "explore/folders.h"

#include <algorithm>

#include "core/error.h"
#include "text/exclusions.h"
#include "text/shown_name.h"
#include "workspace/writer.h"

namespace corpuscope::explore {
namespace {

namespace fs = std::filesystem;
using workspace::Folder;

bool is_inside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

std::string new_name(const fs::path& path, const std::vector<Folder>& others) {
  const std::string base = path.has_filename() ? text::shown_name(path.filename().string()) : "root";
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(others.begin(), others.end(), [&](const Folder& other) { return other.name == name; });
  };
  std::string name = base;
  for (int number = 2; is_taken(name); ++number) name = base + "-" + std::to_string(number);
  return name;
}

void add_folder(std::vector<Folder>& folders, const fs::path& path) {
  for (const Folder& folder : folders) {
    if (is_inside(path, folder.path) || is_inside(folder.path, path))
      throw core::Error("Cannot add " + path.string() + ": " + folder.path + " is in this workspace, and one lies " +
                            "inside of the other.",
                        "Its files would be read twice. Remove that folder first, or choose another one.");
  }
  folders.push_back({path.string(), {}});
}

void remove_folder(std::vector<Folder>& folders, const fs::path& path) {
  // What is gone from the disk has no canonical path any more.
  const auto found = std::find_if(folders.begin(), folders.end(), [&](const Folder& folder) {
    return fs::path(folder.path) == path || folder.name == path.string() ||
           fs::path(folder.path) == fs::weakly_canonical(path);
  });
  if (found == folders.end())
    throw core::Error(path.string() + " is not one of the workspace's folders.", "`corpuscope info` lists them.");
  if (folders.size() == 1)
    throw core::Error(path.string() + " is the workspace's only folder.",
                      "Remove the workspace file instead, or add another folder first.");
  folders.erase(found);
}

std::vector<Folder> changed_folders(const std::vector<Folder>& before, const CorpusChange& change) {
  auto folders = before;
  for (const auto& path : change.add) add_folder(folders, whole_path(path));
  for (const auto& path : change.remove) remove_folder(folders, path);
  if (folders.size() == 1) return folders;
  for (Folder& folder : folders)
    if (folder.name.empty()) folder.name = new_name(folder.path, folders);
  return folders;
}

std::vector<std::string> changed_exclusions(std::vector<std::string> patterns, const CorpusChange& change) {
  for (const auto& pattern : change.include_again) {
    const auto found = std::find(patterns.begin(), patterns.end(), pattern);
    if (found == patterns.end())
      throw core::Error("\"" + pattern + "\" is not one of the excluded patterns.", "`corpuscope info` lists them.");
    patterns.erase(found);
  }
  for (const auto& pattern : change.exclude)
    if (std::find(patterns.begin(), patterns.end(), pattern) == patterns.end()) patterns.push_back(pattern);
  text::Exclusions{patterns};  // throws where one is none
  return patterns;
}

// The only folder of a workspace gets a name, which now begins those of its documents.
void rename_documents(workspace::Workspace& workspace, const Folder& folder, core::Job& job) {
  auto documents = workspace.documents();
  // "notes/a" before "a", which is going to have its name.
  std::sort(documents.begin(), documents.end(), [](auto& a, auto& b) { return a.name.size() > b.name.size(); });
  const bool is_file = fs::is_regular_file(folder.path);
  const std::string alone = is_file ? text::shown_name(fs::path(folder.path).filename().string()) : "";
  job.begin("renaming documents", "documents", std::int64_t(documents.size()));
  const auto renamed = [&](const std::string& name) {
    return is_file ? folder.name + name.substr(std::min(alone.size(), name.size())) : folder.name + "/" + name;
  };
  for (const auto& document : documents) {
    workspace.writer().rename_document(document.id, renamed(document.name));
    job.advance(1);
    job.poll();
  }
  auto skipped = workspace.skipped();
  for (auto& entry : skipped) entry.name = renamed(entry.name);
  workspace.writer().set_skipped(skipped);
}

}  // namespace

std::string pattern_of(const std::string& name) { return text::pattern_of(name); }
std::string pattern_of_kind(const std::string& name) { return text::pattern_of_kind(name); }

fs::path whole_path(const fs::path& folder) {
  std::error_code error;
  const auto path = fs::canonical(folder, error);
  if (error)
    throw core::Error("Cannot open " + folder.string() + ": " + error.message() + ".", "Check the name of the folder.");
  return path;
}

void change_corpus(workspace::Workspace& workspace, const CorpusChange& change, core::Job& job) {
  const auto before = workspace.folders();
  const auto folders = changed_folders(before, change);
  auto exclusions = workspace.exclusions();
  workspace::Transaction step(workspace.writer());
  const bool had_one = !before.empty() && before.front().name.empty();
  if (had_one && folders.front().path == before.front().path && !folders.front().name.empty()) {
    rename_documents(workspace, folders.front(), job);
    for (auto& pattern : exclusions) pattern = text::pattern_below(folders.front().name, pattern);
  }
  workspace.writer().set_folders(folders);
  workspace.writer().set_exclusions(changed_exclusions(std::move(exclusions), change));
  step.commit();
}

fs::path file_of(const std::vector<Folder>& folders, const std::string& document) {
  for (const Folder& folder : folders) {
    std::error_code ignored;
    const fs::path path = folder.path;
    if (folder.name.empty()) return fs::is_directory(path, ignored) ? path / document : path;
    if (document == folder.name) return path;
    if (document.starts_with(folder.name + "/")) return path / document.substr(folder.name.size() + 1);
  }
  return {};
}

}  // namespace corpuscope::explore
