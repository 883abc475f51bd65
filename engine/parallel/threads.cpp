// Ranks that are threads of one process.
#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/parallel.h"
#include "parallel/collective.h"

namespace corpuscope::parallel {

namespace {

struct Stopped {};

// Where the threads of a group meet.
class Meeting {
 public:
  explicit Meeting(int ranks)
      : table(std::size_t(ranks), std::vector<std::vector<float>>(std::size_t(ranks))),
        groups(std::size_t(ranks)),
        splits(std::size_t(ranks)),
        ranks_(ranks) {}

  // Written by each rank in its own row, read by others between two waits.
  std::vector<std::vector<std::vector<float>>> table;  // what rank i sends to rank j
  std::vector<int> groups;                             // which group rank i goes into
  std::vector<std::shared_ptr<Meeting>> splits;        // where the group of which rank i is the first meets

  int ranks() const { return ranks_; }

  void wait() {
    std::unique_lock lock(mutex_);
    if (error_) throw Stopped();
    const std::int64_t mine = round_;
    if (++waiting_ == ranks_) {
      waiting_ = 0;
      ++round_;
      changed_.notify_all();
      return;
    }
    changed_.wait(lock, [&] { return round_ != mine || error_; });
    if (round_ == mine) throw Stopped();
  }

  std::shared_ptr<Meeting> part(int ranks) {
    const auto made = std::make_shared<Meeting>(ranks);
    std::lock_guard lock(mutex_);
    if (error_) throw Stopped();
    parts_.push_back(made);
    return made;
  }

  // `own`: of the rank that says so, not of one that it waited for.
  void fail(std::exception_ptr what, bool own) {
    std::lock_guard lock(mutex_);
    if (!error_ || (own && !own_)) error_ = what;
    own_ = own_ || own;
    changed_.notify_all();
    for (const auto& part : parts_) part->fail(what, own);
  }

  std::exception_ptr error() const { return error_; }

 private:
  const int ranks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  std::int64_t round_ = 0;
  std::exception_ptr error_;
  bool own_ = false;
  std::vector<std::shared_ptr<Meeting>> parts_;
};

class ThreadRank : public Collective {
 public:
  ThreadRank(std::shared_ptr<Meeting> meeting, int rank) : meeting_(std::move(meeting)), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return meeting_->ranks(); }
  bool in_one_process() const override { return true; }
  void barrier() override { meeting_->wait(); }

  void start_exchange(std::vector<std::vector<float>> sent) override {
    count_sent(sent);
    meeting_->table[std::size_t(rank_)] = std::move(sent);
  }

  std::vector<std::vector<float>> finish_exchange() override {
    meeting_->wait();
    std::vector<std::vector<float>> received;
    for (auto& row : meeting_->table) received.push_back(std::move(row[std::size_t(rank_)]));
    meeting_->wait();  // nobody may write the table again before all have read it
    return received;
  }

  std::unique_ptr<Collective> split(int group) override {
    meeting_->groups[std::size_t(rank_)] = group;
    meeting_->wait();
    const auto& groups = meeting_->groups;
    const auto mine = groups.begin() + rank_, first = std::find(groups.begin(), groups.end(), group);
    if (first == mine)
      meeting_->splits[std::size_t(rank_)] = meeting_->part(int(std::count(groups.begin(), groups.end(), group)));
    meeting_->wait();
    auto made = std::make_unique<ThreadRank>(meeting_->splits[std::size_t(first - groups.begin())],
                                             int(std::count(groups.begin(), mine, group)));
    meeting_->wait();
    return made;
  }

 private:
  std::shared_ptr<Meeting> meeting_;
  int rank_;
};

}  // namespace

void run_on_threads(int ranks, const std::function<void(Collective&)>& body) {
  const auto meeting = std::make_shared<Meeting>(ranks);
  const int each = std::max(1, core::threads() / ranks);  // the ranks share what this thread may use
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      try {
        core::set_threads(each);
        ThreadRank self(meeting, rank);
        body(self);
      } catch (const Stopped&) {
      } catch (const AnotherRankFailed&) {
        meeting->fail(std::current_exception(), false);
      } catch (...) {
        meeting->fail(std::current_exception(), true);
      }
    });
  for (std::thread& thread : threads) thread.join();
  if (meeting->error()) std::rethrow_exception(meeting->error());
}

}  // namespace corpuscope::parallel
