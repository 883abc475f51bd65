#include "explore/comparison.h"

#include <algorithm>
#include <set>

#include "explore/open.h"
#include "text/extract.h"

namespace corpuscope::explore {
namespace {

using workspace::Skipped;
using SkippedBefore = std::map<std::string, Skipped>;

// Whether a document is, or was read out of, one of these files.
bool belongs_to(const std::set<std::string>& files, const std::string& document) {
  if (files.contains(document)) return true;
  for (auto slash = document.find('/'); slash != std::string::npos; slash = document.find('/', slash + 1))
    if (files.contains(document.substr(0, slash))) return true;
  return false;
}

class Comparing {
 public:
  Comparing(const workspace::Workspace& workspace, const Known& known) : known_(known) {
    std::error_code ignored;
    own_file_ = std::filesystem::canonical(workspace.file(), ignored);
    result_.excluded = text::Exclusions(workspace.exclusions());
    const bool same_readers = workspace.readers() == text::readers_version;
    for (auto& entry : workspace.skipped()) {
      if (!same_readers) entry.file_bytes = -1;
      skipped_.emplace(entry.name, entry);
    }
  }

  const text::Exclusions& excluded() const { return result_.excluded; }

  void take(text::Walk walk) {
    for (auto& entry : walk.skipped) result_.skipped.push_back({std::move(entry.name), std::move(entry.reason)});
    for (auto& file : walk.files) {
      if (is_of_workspace(file.path, own_file_)) {
        if (file.path == own_file_) result_.skipped.push_back({file.name, "this workspace"});
        continue;
      }
      if (!names_.insert(file.name).second)
        result_.skipped.push_back({file.name, "another file has the same name, once both are shown as UTF-8"});
      else
        take_file(std::move(file));
    }
    result_.folders.insert(result_.folders.end(), walk.folders.begin(), walk.folders.end());
  }

  Comparison finish() {
    for (const auto& [name, document] : known_) {
      if (!belongs_to(names_, name)) {
        result_.removed.push_back(document.id);
        continue;
      }
      const auto* pattern = result_.excluded.of_document(name);
      if (!pattern || !belongs_to(unchanged_, name)) continue;
      result_.removed.push_back(document.id);  // a member of an archive
      result_.skipped.push_back({name, text::excluded_by(*pattern)});
    }
    for (const auto& [name, entry] : skipped_)
      if (belongs_to(unchanged_, name)) result_.skipped.push_back(entry);
    return std::move(result_);
  }

 private:
  void take_file(text::FoundFile file) {
    if (is_refused_again(file)) {
      unchanged_.insert(file.name);
    } else if (is_unchanged(file)) {
      ++result_.unchanged;
      unchanged_.insert(file.name);
    } else {
      result_.bytes += file.bytes;
      result_.to_read.push_back(std::move(file));
    }
  }

  // It is as it was when nothing in it could be read.
  bool is_refused_again(const text::FoundFile& file) const {
    auto entry = skipped_.find(file.name);
    if (entry == skipped_.end()) entry = skipped_.lower_bound(file.name + "/");
    return entry != skipped_.end() && (entry->first == file.name || entry->first.starts_with(file.name + "/")) &&
           entry->second.file_bytes == file.bytes && entry->second.modified_ns == file.modified_ns &&
           documents_of(file.name, known_).empty() && !has_member_back(file.name + "/");
  }

  // Members bear the time of their archive, all of them only once all are written.
  bool is_unchanged(const text::FoundFile& file) const {
    const auto documents = documents_of(file.name, known_);
    if (const auto itself = documents.find(file.name); itself != documents.end())
      return itself->second.file_bytes == file.bytes && itself->second.modified_ns == file.modified_ns;
    const bool as_read = !documents.empty() && std::all_of(documents.begin(), documents.end(), [&](const auto& member) {
      return member.second.modified_ns == file.modified_ns;
    });
    return as_read && !has_member_back(file.name + "/");
  }

  // Whether one that was excluded no longer is.
  bool has_member_back(const std::string& archive) const {
    for (auto entry = skipped_.lower_bound(archive); entry != skipped_.end() && entry->first.starts_with(archive); ++entry)
      if (text::is_excluded_by(entry->second.reason) && !result_.excluded.of_document(entry->first)) return true;
    return false;
  }

  const Known& known_;
  SkippedBefore skipped_;
  std::filesystem::path own_file_;  // it may lie in one of the folders
  std::set<std::string> names_, unchanged_;
  Comparison result_;
};

}  // namespace

bool is_of_workspace(const std::filesystem::path& file, const std::filesystem::path& workspace) {
  const auto& path = file.native();
  if (workspace.empty() || !path.starts_with(workspace.native())) return false;
  const auto rest = path.substr(workspace.native().size());
  return rest.empty() || rest == "-wal" || rest == "-shm" || rest == ".lock";
}

Known known_documents(const workspace::Workspace& workspace) {
  Known known;
  for (auto& document : workspace.documents()) known.emplace(document.name, std::move(document));
  return known;
}

Known documents_of(const std::string& file, const Known& known) {
  Known documents;
  if (const auto itself = known.find(file); itself != known.end()) documents.insert(*itself);
  const auto folder = file + "/";
  for (auto member = known.lower_bound(folder); member != known.end() && member->first.starts_with(folder); ++member)
    documents.insert(*member);
  return documents;
}

Comparison compare(const workspace::Workspace& workspace, const Known& known, core::Job& job) {
  Comparing comparing(workspace, known);
  for (const auto& folder : workspace.folders())
    comparing.take(text::walk(folder.path, job, folder.name, comparing.excluded()));
  return comparing.finish();
}

Changes find_changes(const workspace::Workspace& workspace, core::Job& job) {
  const auto known = known_documents(workspace);
  auto comparison = compare(workspace, known, job);
  Changes changes;
  for (const auto& file : comparison.to_read) {
    const auto documents = documents_of(file.name, known);
    ++(documents.empty() ? changes.added : changes.changed);
    if (changes.first.empty()) changes.first = file.name;
  }
  changes.removed = std::int64_t(comparison.removed.size());
  if (changes.first.empty() && changes.removed > 0) {
    const auto document = workspace.document(comparison.removed.front());
    if (document) changes.first = document->name;
  }
  changes.folders = std::move(comparison.folders);
  return changes;
}

}  // namespace corpuscope::explore
