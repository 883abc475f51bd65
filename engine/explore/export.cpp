#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "explore/open.h"

namespace corpuscope::explore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 255;  // of one folder or file, on the usual file systems

std::string hash_of(std::string_view text) {
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(XXH3_64bits(text.data(), text.size())));
  return hash;
}

// One step of a path that can be made anywhere and leads nowhere but down.
std::string safe_step(std::string_view step) {
  std::string safe(step);
  for (char& c : safe)
    if (c == '\0') c = '_';
  if (safe == "." || safe == "..") safe = std::string(safe.size(), '_');
  if (safe.size() > longest_name) {
    std::size_t end = longest_name - 17;
    while (end > 0 && (safe[end] & 0xC0) == 0x80) --end;
    safe = safe.substr(0, end) + "~" + hash_of(step);
  }
  return safe;
}

std::vector<std::string> safe_steps(std::string_view name) {
  std::vector<std::string> steps;
  while (!name.empty()) {
    const auto slash = name.find('/');
    const auto step = name.substr(0, slash);
    if (!step.empty()) steps.push_back(safe_step(step));
    name.remove_prefix(slash == std::string_view::npos ? name.size() : slash + 1);
  }
  if (steps.empty()) steps.emplace_back("_");
  return steps;
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  explicit operator bool() const { return value_ >= 0; }
  int get() const { return value_; }

 private:
  int value_;
};

[[noreturn]] void fail(const std::string& name) {
  throw core::Error("Cannot write the text of " + name + ": " + std::strerror(errno) + ".",
                    "Choose another folder, or free some space.");
}

// The folder of the last step, made where it is not there; links are not followed.
Descriptor open_folder(const fs::path& top, std::vector<std::string>& steps, const std::string& name) {
  Descriptor here(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!here) fail(name);
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    const auto enter = [&] {
      return Descriptor(::openat(here.get(), steps[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    };
    auto next = enter();
    if (!next && errno == ENOTDIR) {  // a document has the name already
      steps[i] = steps[i].substr(0, longest_name - 17) + "~" + hash_of(name);
      next = enter();
    }
    if (!next && ::mkdirat(here.get(), steps[i].c_str(), 0777) == 0) next = enter();
    if (!next) fail(name);
    here = std::move(next);
  }
  return here;
}

void write_text(const fs::path& top, const std::string& name, std::string_view text) {
  auto steps = safe_steps(name);
  const Descriptor folder = open_folder(top, steps, name);
  const auto make = [&] {
    return Descriptor(::openat(folder.get(), steps.back().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  };
  Descriptor file = make();
  if (!file && errno == EEXIST) {  // two names became one
    steps.back() = steps.back().substr(0, longest_name - 17) + "~" + hash_of(name);
    file = make();
  }
  if (!file) fail(name);
  while (!text.empty()) {
    const auto written = ::write(file.get(), text.data(), std::min<std::size_t>(text.size(), 1 << 24));
    if (written < 0 && errno != EINTR) fail(name);
    if (written > 0) text.remove_prefix(std::size_t(written));
  }
}

// Never over files that are there: they may be the very source, in another encoding.
void make_empty_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw core::Error("Cannot make the folder " + folder.string() + ": " + error.message() + ".",
                      "Choose another folder.");
  if (!fs::is_empty(folder, error) || error)
    throw core::Error("The folder " + folder.string() + " is not empty.", "Give a new or an empty folder.");
}

}  // namespace

std::int64_t export_text(const workspace::Workspace& workspace, const fs::path& folder, core::Job& job) {
  make_empty_folder(folder);
  const auto documents = workspace.documents();
  std::int64_t total = 0;
  for (const auto& document : documents) total += document.text_bytes;
  job.begin("writing text", "bytes", total);
  for (const auto& document : documents) {
    job.poll();
    write_text(folder, document.name, workspace.text(document.id));
    job.advance(document.text_bytes);
  }
  return std::int64_t(documents.size());
}

}  // namespace corpuscope::explore
