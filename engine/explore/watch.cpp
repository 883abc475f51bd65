#include "explore/watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "core/error.h"
#include "explore/comparison.h"

namespace corpuscope::explore {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds step{100};          // between looks at whether the job is cancelled
constexpr milliseconds quiet{400};         // without events: whoever writes has finished
constexpr milliseconds longest_unrest{5000};
constexpr milliseconds shortest_period{5000};  // of looks at what is not watched
constexpr int share_of_looks = 100;            // a look every so many times what it takes
constexpr std::uint32_t events = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_MODIFY |
                                 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW;

// What the system tells of folders.
class Notices {
 public:
  Notices(fs::path own_name, int most)
      : own_name_(std::move(own_name)), most_(most), queue_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}
  ~Notices() {
    if (queue_ >= 0) ::close(queue_);
  }
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;

  // Whether all of them are watched from now on; `fresh` says whether some were not before.
  bool watch(const std::set<fs::path>& folders, bool& fresh) {
    std::erase_if(watched_, [&](const auto& one) {
      if (folders.contains(one.first)) return false;
      inotify_rm_watch(queue_, one.second);
      return true;
    });
    bool all = queue_ >= 0;
    for (const auto& folder : folders) {
      if (watched_.contains(folder)) continue;
      const int number = int(watched_.size()) < most_ ? inotify_add_watch(queue_, folder.c_str(), events) : -1;
      if (number >= 0) watched_[folder] = number, fresh = true;
      all = all && number >= 0;
    }
    return all;
  }

  // Waits no longer than so; whether something came that is not the workspace's own doing.
  bool wait(milliseconds most) {
    pollfd waiting{queue_, POLLIN, 0};
    if (::poll(&waiting, queue_ >= 0 ? 1 : 0, int(most.count())) <= 0) return false;
    bool told = false;
    alignas(inotify_event) char buffer[16384];
    for (ssize_t bytes; (bytes = ::read(queue_, buffer, sizeof buffer)) > 0;)
      for (ssize_t at = 0; at < bytes;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
        at += ssize_t(sizeof(inotify_event)) + event->len;
        if (event->mask & IN_IGNORED) forget(event->wd);
        told = told || !is_own(*event);
      }
    return told;
  }

 private:
  bool is_own(const inotify_event& event) const {
    return event.mask & IN_IGNORED || (event.len > 0 && is_of_workspace(event.name, own_name_));
  }
  void forget(int number) {
    std::erase_if(watched_, [&](const auto& one) { return one.second == number; });
  }

  const fs::path own_name_;  // the workspace may lie in one of the folders
  const int most_, queue_;
  std::map<fs::path, int> watched_;
};

}  // namespace

struct Watch::Impl {
  Impl(fs::path workspace, int most_watched)
      : file(std::move(workspace)), notices(file.filename(), most_watched) {}

  // Until something happened, or it is time to look at what is not watched.
  void wait(core::Job& job) {
    const auto begun = Clock::now();
    while (!wanted.load()) {
      job.poll();
      if (notices.wait(step)) return settle(job);
      if (!all_watched && Clock::now() - begun >= period) return;
    }
  }

  void settle(core::Job& job) {
    const auto begun = Clock::now();
    for (auto last = begun; Clock::now() - last < quiet && Clock::now() - begun < longest_unrest;) {
      job.poll();
      if (notices.wait(step)) last = Clock::now();
    }
  }

  // Nothing where the folders or the workspace cannot be read at the moment: the next look may find them.
  std::optional<Changes> look(core::Job& job) try {
    const auto begun = Clock::now();
    const auto workspace = workspace::Workspace::open(file);
    Changes changes = find_changes(workspace, job);
    std::set<fs::path> folders(changes.folders.begin(), changes.folders.end());
    for (const auto& folder : workspace.folders())
      if (fs::is_regular_file(folder.path)) folders.insert(fs::path(folder.path).parent_path());
    bool fresh = false;
    all_watched = notices.watch(folders, fresh);
    if (fresh) wanted = true;  // what happened between the look and the watch
    period = std::max(shortest_period, std::chrono::duration_cast<milliseconds>(share_of_looks * (Clock::now() - begun)));
    return changes;
  } catch (const core::Error&) {
    all_watched = false;
    return std::nullopt;
  } catch (const fs::filesystem_error&) {
    all_watched = false;
    return std::nullopt;
  }

  const fs::path file;
  Notices notices;
  bool all_watched = false;
  milliseconds period = shortest_period;
  std::atomic<bool> wanted = true, forgotten = false;
  std::tuple<std::int64_t, std::int64_t, std::int64_t, std::string> told{};
};

Watch::Watch(fs::path workspace, int most_watched)
    : impl_(std::make_unique<Impl>(std::move(workspace), most_watched)) {}
Watch::~Watch() = default;

Changes Watch::next(core::Job& job) {
  while (true) {
    impl_->wait(job);
    impl_->wanted = false;
    const bool tell = impl_->forgotten.exchange(false);
    auto changes = impl_->look(job);
    if (!changes) continue;
    const std::tuple now(changes->added, changes->changed, changes->removed, changes->first);
    if (now == impl_->told && !tell) continue;
    impl_->told = now;
    return *std::move(changes);
  }
}

void Watch::look_again() {
  impl_->forgotten = true;
  impl_->wanted = true;
}

}  // namespace corpuscope::explore
