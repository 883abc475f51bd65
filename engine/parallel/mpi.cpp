#include "parallel/mpi.h"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace corpuscope::parallel {

namespace {

constexpr std::size_t most_floats_a_message = std::size_t(1) << 28;  // MPI counts in int

class MpiRank : public Collective {
 public:
  explicit MpiRank(MPI_Comm group) : group_(group) {
    MPI_Comm_rank(group_, &rank_);
    MPI_Comm_size(group_, &size_);
  }
  ~MpiRank() override {
    if (group_ != MPI_COMM_WORLD) MPI_Comm_free(&group_);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  bool in_one_process() const override { return size_ == 1; }
  void barrier() override { MPI_Barrier(group_); }

  void start_exchange(std::vector<std::vector<float>> sent) override {
    count_sent(sent);
    sent_ = std::move(sent);
    for (int other = 0; other < size_; ++other)
      if (other != rank_) send(sent_[std::size_t(other)], other);
  }

  std::vector<std::vector<float>> finish_exchange() override {
    std::vector<std::vector<float>> received(sent_.size());
    for (int other = 0; other < size_; ++other)
      if (other != rank_) received[std::size_t(other)] = receive(other);
    MPI_Waitall(int(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    requests_.clear();
    received[std::size_t(rank_)] = std::move(sent_[std::size_t(rank_)]);
    return received;
  }

  std::unique_ptr<Collective> split(int group) override {
    MPI_Comm part;
    MPI_Comm_split(group_, group, rank_, &part);
    return std::make_unique<MpiRank>(part);
  }

 private:
  // A message that is shorter than it might be is the row's last one.
  void send(const std::vector<float>& row, int other) {
    for (std::size_t at = 0, count = most_floats_a_message; count == most_floats_a_message; at += count) {
      count = std::min(most_floats_a_message, row.size() - at);
      MPI_Isend(row.data() + at, int(count), MPI_FLOAT, other, 0, group_, &requests_.emplace_back());
    }
  }

  std::vector<float> receive(int other) {
    std::vector<float> row;
    for (std::size_t at = 0, count = most_floats_a_message; count == most_floats_a_message; at += count) {
      MPI_Message message;
      MPI_Status status;
      int length = 0;
      MPI_Mprobe(other, 0, group_, &message, &status);
      MPI_Get_count(&status, MPI_FLOAT, &length);
      count = std::size_t(length);
      row.resize(at + count);
      MPI_Mrecv(row.data() + at, length, MPI_FLOAT, &message, MPI_STATUS_IGNORE);
    }
    return row;
  }

  MPI_Comm group_;
  int rank_ = 0, size_ = 0;
  std::vector<std::vector<float>> sent_;  // until it has arrived
  std::vector<MPI_Request> requests_;
};

}  // namespace

void run_as_rank(const std::function<void(Collective&)>& body, const std::function<int(Collective&)>& explain) {
  if (!started_by_mpirun()) return body(*alone());
  // A rank that waits lets others have its processor, which there may be fewer of than ranks.
  setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
  int threads = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &threads);
  MpiRank world(MPI_COMM_WORLD);
  const auto give_up_after = [&](int seconds) {
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    MPI_Abort(MPI_COMM_WORLD, explain(world));
  };
  try {
    body(world);
  } catch (const AnotherRankFailed&) {
    give_up_after(10);  // by then the other one has ended all of them
  } catch (...) {
    // What all ranks stumble over is told once: the first rank ends the others before they speak.
    give_up_after(world.rank() > 0 ? 3 : 0);
  }
  MPI_Finalize();
}

}  // namespace corpuscope::parallel
