#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <mutex>
#include <thread>

#include "app/terminal.h"

namespace corpuscope::app {
namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t stop_wanted = 0;

extern "C" void want_stop(int) { stop_wanted = 1; }

// From the first Ctrl-C on the second one does what it always does.
class StopSignals {
 public:
  StopSignals() {
    struct sigaction action {};
    action.sa_handler = want_stop;
    action.sa_flags = int(SA_RESETHAND) | SA_RESTART;
    for (std::size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &action, &before_[i]);
  }
  ~StopSignals() {
    for (std::size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &before_[i], nullptr);
  }

 private:
  static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction before_[std::size(signals)] {};
};

std::string amount(const core::Progress& progress, double value) {
  return progress.unit == "bytes" ? bytes_text(value) : count_text(std::int64_t(value)) + " " + progress.unit;
}

std::string done_of_total(const core::Progress& progress) {
  const std::string done =
      progress.unit == "bytes" ? amount(progress, double(progress.done)) : count_text(progress.done);
  return done + " of " + amount(progress, double(progress.total));
}

std::string describe(const core::Progress& progress) {
  std::string line = progress.stage;
  if (progress.total > 0)
    line += fmt::format("  {} %  {}", 100 * progress.done / progress.total, done_of_total(progress));
  else if (progress.done > 0)
    line += "  " + amount(progress, double(progress.done));
  if (progress.per_second > 0) line += "  " + amount(progress, progress.per_second) + "/s";
  if (progress.seconds_left >= 0) line += "  " + seconds_text(progress.seconds_left) + " left";
  return line;
}

// Called from whichever thread makes progress.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet) : quiet_(quiet), rewrites_(::isatty(STDERR_FILENO) == 1) {}

  void show(const core::Progress& progress) {
    if (quiet_) return;
    std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (progress.stage != last_.stage) {
      end_stage(now);
      stage_start_ = last_shown_ = now;
      done_before_ = progress.done;
    }
    last_ = progress;
    if (rewrites_)
      std::cerr << "\r\033[K" << describe(progress) << std::flush;
    else if (now - last_shown_ >= std::chrono::seconds(10))
      std::cerr << describe(progress) << std::endl, last_shown_ = now;
  }

  void end() {
    std::lock_guard lock(mutex_);
    end_stage(Clock::now());
    last_ = {};
  }

 private:
  // What remains of a stage: one line with how much and how fast.
  void end_stage(Clock::time_point now) {
    if (last_.stage.empty()) return;
    if (last_.done == 0 && last_.total == 0) {  // there was nothing to do
      if (rewrites_) std::cerr << "\r\033[K" << std::flush;
      return;
    }
    const double seconds = std::chrono::duration<double>(now - stage_start_).count();
    const bool whole = last_.done >= last_.total;
    std::string line = last_.stage + ": " + (whole ? amount(last_, double(last_.done)) : done_of_total(last_));
    line += " in " + seconds_text(seconds);
    const double done_now = double(last_.done - done_before_);
    if (seconds > 0.05 && done_now > 0) line += ", " + amount(last_, done_now / seconds) + "/s";
    std::cerr << (rewrites_ ? "\r\033[K" : "") << line << std::endl;
  }

  const bool quiet_, rewrites_;
  std::mutex mutex_;
  core::Progress last_;
  std::int64_t done_before_ = 0;  // when its stage began: a job may go on where one was interrupted
  Clock::time_point stage_start_{}, last_shown_{};
};

}  // namespace

struct TerminalJob::Impl {
  explicit Impl(bool quiet) : line(quiet), job([this](const core::Progress& progress) { line.show(progress); }) {
    watcher = std::jthread([this](std::stop_token stop) { watch(stop); });
  }

  // A handler may only set a flag; cancelling takes a lock.
  void watch(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, std::chrono::milliseconds(20), [] { return stop_wanted != 0; }))
      if (stop.stop_requested()) return;
    job.cancel();
  }

  StopSignals signals;
  ProgressLine line;
  core::Job job;
  std::jthread watcher;
};

TerminalJob::TerminalJob(bool quiet) : impl_(std::make_unique<Impl>(quiet)) {}
TerminalJob::~TerminalJob() { impl_->line.end(); }
core::Job& TerminalJob::job() { return impl_->job; }

}  // namespace corpuscope::app
