#include "text/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>

#include "core/error.h"
#include "text/gitignore.h"
#include "text/shown_name.h"

namespace corpuscope::text {
namespace {

namespace fs = std::filesystem;

// Nothing of a link, as Git does it, nor of a file that is too large to be rules somebody wrote.
std::string read_if_there(const fs::path& file) {
  constexpr std::uintmax_t most = 1 << 20;
  std::error_code missing;
  if (!fs::is_regular_file(fs::symlink_status(file, missing)) || fs::file_size(file, missing) > most) return {};
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string reason_of(int error) {
  if (error == EACCES || error == EPERM) return "no permission";
  if (error == ENAMETOOLONG) return "its path is too long for the system";
  if (error == ENOENT) return "it was gone before it could be read";
  return std::strerror(error);
}

std::string kind_of(mode_t mode) {
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "not a file";
}

struct Entry {
  std::string name;
  struct stat status {};
  int error = 0;  // of looking at it
  bool readable = true;
};

using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

class Walker {
 public:
  Walker(const fs::path& root, core::Job& job, const std::string& name, const Exclusions& excluded)
      : root_(root), job_(job), name_(name), excluded_(excluded) {}

  Walk run() {
    struct stat status {};
    if (stat(root_.c_str(), &status) != 0) cannot_open(errno);
    if (S_ISREG(status.st_mode)) {
      take_file(root_, name_.empty() ? shown_name(root_.filename().string()) : name_, status);
      return std::move(walk_);
    }
    if (!S_ISDIR(status.st_mode)) cannot_open(ENOTDIR);
    std::error_code error;
    true_root_ = fs::canonical(root_, error);
    if (error) cannot_open(error.value());
    if (!enter("", outer_rules(), status)) cannot_open(open_error_);
    return std::move(walk_);
  }

 private:
  [[noreturn]] void cannot_open(int error) const {
    throw core::Error("Cannot read " + shown_name(root_.string()) + ": " + reason_of(error) + ".",
                      "Give a folder or a file that exists and that you may read.");
  }

  // Rules from above the root, where the root is part of a larger repository.
  IgnoreRules outer_rules() {
    fs::path top = true_root_;
    std::error_code error;
    while (!fs::exists(top / ".git", error) && top != top.root_path()) top = top.parent_path();
    if (!fs::exists(top / ".git", error)) return {};
    // All paths are relative to the root; a rule file above it sees them with the folders between before them.
    IgnoreRules rules = IgnoreRules().with("", IgnoreFile(read_if_there(top / ".git/info/exclude")));
    if (top == true_root_) return rules;
    prefix_ = true_root_.lexically_relative(top).generic_string() + "/";
    std::string folder;
    for (const auto& part : fs::path(prefix_)) {
      if (part.empty()) break;
      rules = rules.with(folder, IgnoreFile(read_if_there(top / folder / ".gitignore")));
      folder += part.string();
      // A person who opens an ignored folder wants to see what is in it.
      if (rules.ignores(folder, true)) return {};
      folder += '/';
    }
    return rules;
  }

  // `folder`: relative to the root, empty or ending in '/'. False if it cannot be opened, with open_error_ set.
  bool enter(const std::string& folder, const IgnoreRules& outer, const struct stat& status) {
    if (!entered_.insert({status.st_dev, status.st_ino}).second) {
      skip(folder.substr(0, folder.size() - 1), "a folder already read under another name");
      return true;
    }
    Folder open(opendir((root_ / folder).c_str()), closedir);
    if (!open) {
      open_error_ = errno;
      return false;
    }
    const auto entries = entries_of(open.get());
    walk_.folders.push_back(root_ / folder);
    open.reset();  // before going deeper: open folders are a scarce good
    const auto rules = outer.with(prefix_ + folder, IgnoreFile(read_if_there(root_ / folder / ".gitignore")));
    for (const auto& entry : entries) visit(folder, entry, rules);
    return true;
  }

  std::vector<Entry> entries_of(DIR* folder) {
    std::vector<Entry> entries;
    while (const dirent* found = readdir(folder)) {
      const std::string name = found->d_name;
      if (name == "." || name == "..") continue;
      Entry entry{name};
      if (fstatat(dirfd(folder), name.c_str(), &entry.status, AT_SYMLINK_NOFOLLOW) != 0) entry.error = errno;
      if (S_ISREG(entry.status.st_mode))
        entry.readable = faccessat(dirfd(folder), name.c_str(), R_OK, AT_EACCESS) == 0;
      entries.push_back(std::move(entry));
      if (entries.size() % 1000 == 0) job_.poll();
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return entries;
  }

  void visit(const std::string& folder, const Entry& entry, const IgnoreRules& rules) {
    const std::string path = folder + entry.name;
    const bool is_folder = S_ISDIR(entry.status.st_mode);
    job_.advance(1);
    job_.poll();
    if (entry.name == ".git") return skip(path, "Git's own data");
    if (entry.error) return skip(path, reason_of(entry.error));
    if (rules.ignores(prefix_ + path, is_folder)) return skip(path, "ignored by .gitignore");
    if (!excluded_.empty())
      if (const auto* pattern = excluded_.of(shown(path), is_folder)) return skip(path, excluded_by(*pattern));
    if (is_folder) {
      if (!enter(path + "/", rules, entry.status)) skip(path, reason_of(open_error_));
    } else if (S_ISLNK(entry.status.st_mode)) {
      skip(path, reason_for_link(root_ / path));
    } else if (!S_ISREG(entry.status.st_mode)) {
      skip(path, kind_of(entry.status.st_mode));
    } else if (!entry.readable) {
      skip(path, "no permission");
    } else {
      take_file(root_ / path, shown(path), entry.status);
    }
  }

  std::string shown(const std::string& path) const {
    return name_.empty() ? shown_name(path) : name_ + "/" + shown_name(path);
  }

  std::string reason_for_link(const fs::path& link) const {
    std::error_code error;
    const auto target = fs::canonical(link, error);
    if (error) return "a link that leads nowhere";
    const auto relative = target.lexically_relative(true_root_);
    if (relative.empty() || *relative.begin() == "..") return "a link out of the folder";
    return fs::is_directory(target, error) ? "a link to a folder that is read itself"
                                           : "a link to a file that is read itself";
  }

  void take_file(const fs::path& path, const std::string& name, const struct stat& status) {
    constexpr std::int64_t second = 1'000'000'000;
    walk_.files.push_back({path, name, status.st_size,
                           std::int64_t(status.st_mtim.tv_sec) * second + status.st_mtim.tv_nsec});
  }

  void skip(const std::string& name, std::string reason) {
    walk_.skipped.push_back({shown(name), std::move(reason)});
  }

  const fs::path root_;
  core::Job& job_;
  const std::string& name_;
  const Exclusions& excluded_;
  fs::path true_root_;
  std::string prefix_;  // of the root in the repository that it is part of
  std::set<std::pair<dev_t, ino_t>> entered_;
  int open_error_ = 0;
  Walk walk_;
};

}  // namespace

Walk walk(const fs::path& root, core::Job& job, const std::string& name, const Exclusions& excluded) {
  job.begin("finding files", "files", 0);
  return Walker(root, job, name, excluded).run();
}

}  // namespace corpuscope::text
