#pragma once
// What a long piece of work owes to whoever waits for it: progress with rate and time left, pause, cancel.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace corpuscope::core {

struct Progress {
  std::string stage;          // "reading files", "tokenizing", "reading by the model"
  std::string unit;           // "bytes", "tokens", "files"
  std::int64_t done = 0;
  std::int64_t total = 0;     // 0: not known yet
  double per_second = 0;      // over the last seconds
  double seconds_left = -1;   // -1: not known
};

// Shared between the worker, which calls begin/advance/poll, and the watcher, which calls the rest.
// All members may be called from any thread.
class Job {
 public:
  using Listener = std::function<void(const Progress&)>;

  // The listener is called from the worker's thread, at most every 100 ms and at the start and end of a stage.
  explicit Job(Listener listener = {});

  void begin(std::string stage, std::string unit, std::int64_t total, std::int64_t already_done = 0);
  void advance(std::int64_t amount);

  // To be called at least every 50 ms of work: waits while paused, throws Cancelled when cancelled.
  void poll();

  void pause();
  void resume();
  void cancel();
  bool paused() const;
  bool cancelled() const;
  Progress progress() const;

 private:
  void report(std::unique_lock<std::mutex>& lock, bool force);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Listener listener_;
  Progress progress_;
  bool paused_ = false;
  bool cancelled_ = false;
  std::chrono::steady_clock::time_point window_start_{}, last_report_{};
  std::int64_t window_done_ = 0;
};

}  // namespace corpuscope::core
