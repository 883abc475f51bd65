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
  void barrier() override { MPI_Barrier(group_); }

  std::vector<std::vector<float>> all_to_all(std::vector<std::vector<float>> sent) override {
    count_sent(sent);
    std::vector<std::int64_t> sent_counts, counts(sent.size());
    for (const auto& row : sent) sent_counts.push_back(std::int64_t(row.size()));
    MPI_Alltoall(sent_counts.data(), 1, MPI_INT64_T, counts.data(), 1, MPI_INT64_T, group_);

    std::vector<std::vector<float>> received(sent.size());
    std::vector<MPI_Request> requests;
    const auto each_message = [&](std::vector<float>& row, auto start) {
      for (std::size_t at = 0; at < row.size(); at += most_floats_a_message)
        start(row.data() + at, int(std::min(most_floats_a_message, row.size() - at)), &requests.emplace_back());
    };
    for (int other = 0; other < size_; ++other) {
      if (other == rank_) continue;
      auto& row = received[std::size_t(other)];
      row.resize(std::size_t(counts[std::size_t(other)]));
      each_message(row, [&](float* data, int count, MPI_Request* request) {
        MPI_Irecv(data, count, MPI_FLOAT, other, 0, group_, request);
      });
      each_message(sent[std::size_t(other)], [&](float* data, int count, MPI_Request* request) {
        MPI_Isend(data, count, MPI_FLOAT, other, 0, group_, request);
      });
    }
    MPI_Waitall(int(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
    received[std::size_t(rank_)] = std::move(sent[std::size_t(rank_)]);
    return received;
  }

  std::unique_ptr<Collective> split(int group) override {
    MPI_Comm part;
    MPI_Comm_split(group_, group, rank_, &part);
    return std::make_unique<MpiRank>(part);
  }

 private:
  MPI_Comm group_;
  int rank_ = 0, size_ = 0;
};

}  // namespace

void run_as_rank(const std::function<void(Collective&)>& body, const std::function<int(Collective&)>& explain) {
  if (!started_by_mpirun()) return body(*alone());
  // A rank that waits lets others have its processor, which there may be fewer of than ranks.
  setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
  int threads = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &threads);
  MpiRank world(MPI_COMM_WORLD);
  try {
    body(world);
  } catch (...) {
    // What all ranks stumble over is told once: the first rank ends the others before they speak.
    if (world.rank() > 0) std::this_thread::sleep_for(std::chrono::seconds(1));
    MPI_Abort(MPI_COMM_WORLD, explain(world));
  }
  MPI_Finalize();
}

}  // namespace corpuscope::parallel
