#include "core/parallel.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace corpuscope::core {

namespace {

const int at_start = omp_get_max_threads();  // all processors, or what OMP_NUM_THREADS says

thread_local int wanted = 0;       // 0: as at the start
thread_local bool inside = false;  // of a body of a loop of several items

struct Loop {
  const FunctionRef<void(std::int64_t)> body;
  const std::int64_t count;
  std::atomic<std::int64_t> next = 0;
  int helpers = 0;           // at work in it
  std::exception_ptr error;  // this and the helpers: guarded by the pool's mutex
};

// OpenMP's own threads wait for each other at the end of every loop, spinning: where other programs work too, that
// takes the processor from the very thread that is waited for. Here whoever calls does the whole loop, helped by those
// threads that come in time, and waits only for items that are in hand.
class Pool {
 public:
  void run(Loop& loop, int helpers) {
    {
      const std::lock_guard lock(mutex_);
      for (int i = 0; i < helpers; ++i) waiting_.push_back(&loop);
      start_missing();
    }
    wake_.notify_all();
    inside = true;
    work(loop);
    inside = false;
    std::unique_lock lock(mutex_);
    std::erase(waiting_, &loop);
    ended_.wait(lock, [&] { return loop.helpers == 0; });
  }

 private:
  void start_missing() {
    try {
      for (; idle_ < int(waiting_.size()); ++idle_) std::thread([this] { serve(); }).detach();
    } catch (const std::system_error&) {  // the system gives no more threads: it goes on with those there are
    }
  }

  void serve() {
    inside = true;
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return !waiting_.empty(); });
      Loop& loop = *waiting_.front();
      waiting_.erase(waiting_.begin());
      --idle_;
      ++loop.helpers;
      lock.unlock();
      work(loop);
      lock.lock();
      ++idle_;
      if (--loop.helpers == 0) ended_.notify_all();
    }
  }

  void work(Loop& loop) {
    try {
      for (std::int64_t i; (i = loop.next++) < loop.count;) loop.body(i);
    } catch (...) {
      loop.next = loop.count;
      const std::lock_guard lock(mutex_);
      if (!loop.error) loop.error = std::current_exception();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, ended_;
  std::vector<Loop*> waiting_;  // one entry for each helper that is welcome
  int idle_ = 0;
};

Pool& pool() {
  static Pool& all = *new Pool;  // never destroyed: its threads wait for work until the process is gone
  return all;
}

}  // namespace

void set_threads(int threads) { wanted = threads > 0 ? threads : omp_get_num_procs(); }

bool in_parallel() { return inside; }

int threads() { return wanted > 0 ? wanted : at_start; }

void parallel_for(std::int64_t count, FunctionRef<void(std::int64_t)> body) {
  const int helpers = int(std::min<std::int64_t>(threads(), count)) - 1;
  if (inside || count < 2) {
    for (std::int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  Loop loop{body, count, {}, 0, nullptr};
  pool().run(loop, helpers);
  if (loop.error) std::rethrow_exception(loop.error);
}

}  // namespace corpuscope::core
