// Ranks that are threads of one process.
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "parallel/collective.h"

namespace corpuscope::parallel {

namespace {

struct Stopped {};

// Where the threads meet. The table holds what rank i sends to rank j.
struct Meeting {
  explicit Meeting(int ranks) : ranks(ranks), table(std::size_t(ranks), std::vector<std::vector<float>>(std::size_t(ranks))) {}

  const int ranks;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::vector<std::vector<float>>> table;
  int waiting = 0;
  std::int64_t round = 0;
  std::exception_ptr error;

  void wait() {
    std::unique_lock lock(mutex);
    if (error) throw Stopped();
    const std::int64_t mine = round;
    if (++waiting == ranks) {
      waiting = 0;
      ++round;
      changed.notify_all();
      return;
    }
    changed.wait(lock, [&] { return round != mine || error; });
    if (round == mine) throw Stopped();
  }

  void fail(std::exception_ptr what) {
    std::lock_guard lock(mutex);
    if (!error) error = what;
    changed.notify_all();
  }
};

class ThreadRank : public Collective {
 public:
  ThreadRank(Meeting& meeting, int rank) : meeting_(meeting), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return meeting_.ranks; }
  void barrier() override { meeting_.wait(); }

  std::vector<std::vector<float>> all_to_all(std::vector<std::vector<float>> sent) override {
    count_sent(sent);
    meeting_.table[std::size_t(rank_)] = std::move(sent);
    meeting_.wait();
    std::vector<std::vector<float>> received;
    for (auto& row : meeting_.table) received.push_back(std::move(row[std::size_t(rank_)]));
    meeting_.wait();  // nobody may write the table again before all have read it
    return received;
  }

 private:
  Meeting& meeting_;
  int rank_;
};

}  // namespace

void run_on_threads(int ranks, const std::function<void(Collective&)>& body) {
  Meeting meeting(ranks);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      try {
        ThreadRank self(meeting, rank);
        body(self);
      } catch (const Stopped&) {
      } catch (...) {
        meeting.fail(std::current_exception());
      }
    });
  for (std::thread& thread : threads) thread.join();
  if (meeting.error) std::rethrow_exception(meeting.error);
}

}  // namespace corpuscope::parallel
