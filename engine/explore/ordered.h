#pragma once
// Work that several threads do ahead and one thread takes in order, with a bound on what lies between them.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "core/job.h"
#include "core/parallel.h"

namespace corpuscope::explore {

struct OrderedWork {
  std::int64_t count = 0;
  std::function<std::int64_t(std::int64_t)> cost;  // of an item, in bytes
  std::int64_t budget = 32 << 20;                  // bytes that may be made and not yet taken
};

// `make(item, stop)` runs on core::threads() threads, items in their order; `take(item, made)` runs on the calling
// thread, strictly in order. An item above the whole budget is made when its turn to be taken has come, alone.
// `stop` turns true when nobody waits for the result any longer. The first exception of either is thrown here, after
// all items before it were taken.
template <class Made>
void make_and_take(const OrderedWork& work, core::Job& job,
                   const std::function<Made(std::int64_t, const std::atomic<bool>&)>& make,
                   const std::function<void(std::int64_t, Made&&)>& take) {
  struct Slot {
    Made made;
    std::exception_ptr error;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::int64_t, Slot> ready;
  std::int64_t next_to_make = 0, next_to_take = 0, in_between = 0;
  std::atomic<bool> stop = false;

  const auto worker = [&] {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] {
        return stop || next_to_make >= work.count || next_to_make == next_to_take ||
               in_between + work.cost(next_to_make) <= work.budget;
      });
      if (stop || next_to_make >= work.count) return;
      const auto item = next_to_make++;
      in_between += work.cost(item);
      lock.unlock();
      Slot slot;
      try {
        slot.made = make(item, stop);
      } catch (...) {
        slot.error = std::current_exception();
      }
      lock.lock();
      ready.emplace(item, std::move(slot));
      changed.notify_all();
    }
  };

  struct Threads {
    ~Threads() {
      {
        std::lock_guard lock(mutex);
        stop = true;
      }
      changed.notify_all();
      for (auto& thread : all) thread.join();
    }
    std::mutex& mutex;
    std::condition_variable& changed;
    std::atomic<bool>& stop;
    std::vector<std::thread> all{};
  } threads{mutex, changed, stop};
  for (std::int64_t i = 0; i < std::min<std::int64_t>(core::threads(), work.count); ++i) threads.all.emplace_back(worker);

  for (std::int64_t item = 0; item < work.count; ++item) {
    job.poll();
    std::unique_lock lock(mutex);
    while (!ready.contains(item)) {
      changed.wait_for(lock, std::chrono::milliseconds(40));
      lock.unlock();
      job.poll();
      lock.lock();
    }
    Slot slot = std::move(ready.extract(item).mapped());
    lock.unlock();
    if (slot.error) std::rethrow_exception(slot.error);
    take(item, std::move(slot.made));
    lock.lock();
    next_to_take = item + 1;
    in_between -= work.cost(item);
    changed.notify_all();
  }
}

}  // namespace corpuscope::explore
