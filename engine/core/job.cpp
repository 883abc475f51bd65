#include "core/job.h"

#include "core/error.h"

namespace corpuscope::core {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

Job::Job(Listener listener) : listener_(std::move(listener)) {}

void Job::begin(std::string stage, std::string unit, std::int64_t total, std::int64_t already_done) {
  std::unique_lock lock(mutex_);
  progress_ = {std::move(stage), std::move(unit), already_done, total, 0, -1};
  window_start_ = Clock::now();
  window_done_ = already_done;
  report(lock, true);
}

void Job::advance(std::int64_t amount) {
  std::unique_lock lock(mutex_);
  progress_.done += amount;
  report(lock, progress_.done == progress_.total);
}

void Job::report(std::unique_lock<std::mutex>& lock, bool force) {
  const auto now = Clock::now();
  if (!force && now - last_report_ < std::chrono::milliseconds(100)) return;
  last_report_ = now;
  const double elapsed = Seconds(now - window_start_).count();
  if (elapsed > 0.05) {
    progress_.per_second = double(progress_.done - window_done_) / elapsed;
    if (progress_.total > 0 && progress_.per_second > 0)
      progress_.seconds_left = double(progress_.total - progress_.done) / progress_.per_second;
  }
  // The rate looks back over a few seconds, so that it follows a change of pace.
  if (elapsed > 10) {
    window_start_ = now - std::chrono::seconds(5);
    window_done_ = progress_.done - std::int64_t(progress_.per_second * 5);
  }
  if (!listener_) return;
  const Progress copy = progress_;
  lock.unlock();
  listener_(copy);
  lock.lock();
}

void Job::poll() {
  std::unique_lock lock(mutex_);
  if (paused_ && !cancelled_) {
    const auto since = Clock::now();
    changed_.wait(lock, [&] { return !paused_ || cancelled_; });
    window_start_ += Clock::now() - since;
  }
  if (cancelled_) throw Cancelled();
}

void Job::pause() {
  std::lock_guard lock(mutex_);
  paused_ = true;
}

void Job::resume() {
  std::lock_guard lock(mutex_);
  paused_ = false;
  changed_.notify_all();
}

void Job::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  changed_.notify_all();
}

bool Job::paused() const {
  std::lock_guard lock(mutex_);
  return paused_;
}

bool Job::cancelled() const {
  std::lock_guard lock(mutex_);
  return cancelled_;
}

Progress Job::progress() const {
  std::lock_guard lock(mutex_);
  return progress_;
}

}  // namespace corpuscope::core
