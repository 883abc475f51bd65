#include "parallel/cuda/nccl.h"

#include <nccl.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "compute/cuda/library.h"
#include "core/error.h"
#include "parallel/bytes.h"

namespace corpuscope::parallel {
namespace {

using compute::cuda::StreamHandle;

struct Nccl {
  decltype(ncclGetUniqueId)* unique_id;
  decltype(ncclCommInitAll)* connect_all;
  decltype(ncclCommInitRank)* connect;
  decltype(ncclCommDestroy)* destroy;
  decltype(ncclCommAbort)* abort;
  decltype(ncclCommGetAsyncError)* failure;
  decltype(ncclGroupStart)* begin_exchange;
  decltype(ncclGroupEnd)* end_exchange;
  decltype(ncclAllReduce)* all_reduce;
  decltype(ncclSend)* send;
  decltype(ncclRecv)* receive;
  decltype(ncclGetErrorString)* explain;
};

Nccl find_functions() {
  const compute::cuda::Library library("libnccl.so.2", "NCCL 2");
  Nccl nccl;
  library.find(nccl.unique_id, "ncclGetUniqueId");
  library.find(nccl.connect_all, "ncclCommInitAll");
  library.find(nccl.connect, "ncclCommInitRank");
  library.find(nccl.destroy, "ncclCommDestroy");
  library.find(nccl.abort, "ncclCommAbort");
  library.find(nccl.failure, "ncclCommGetAsyncError");
  library.find(nccl.begin_exchange, "ncclGroupStart");
  library.find(nccl.end_exchange, "ncclGroupEnd");
  library.find(nccl.all_reduce, "ncclAllReduce");
  library.find(nccl.send, "ncclSend");
  library.find(nccl.receive, "ncclRecv");
  library.find(nccl.explain, "ncclGetErrorString");
  return nccl;
}

const Nccl& nccl() {
  static const Nccl functions = find_functions();
  return functions;
}

void check(ncclResult_t result, const char* doing) {
  if (result == ncclSuccess) return;
  throw core::Error(std::string("The GPUs could not ") + doing + ": " + nccl().explain(result) + ".",
                    "Choose one GPU, or start again with NCCL_DEBUG=WARN to see more.");
}

// Whether a rank of this process has failed: the others of its group are told of it here.
using Failed = std::shared_ptr<std::atomic<bool>>;

class NcclGroup : public DeviceCollective {
 public:
  NcclGroup(ncclComm_t group, int rank, int size, Failed failed)
      : group_(group),
        rank_(rank),
        size_(size),
        failed_(std::move(failed)),
        exceptions_(std::uncaught_exceptions()) {}
  ~NcclGroup() override {
    if (std::uncaught_exceptions() > exceptions_) *failed_ = true;
    if (group_) *failed_ ? nccl().abort(group_) : nccl().destroy(group_);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void sum(StreamHandle stream, float* numbers, std::int64_t count) override {
    check(nccl().all_reduce(numbers, numbers, std::size_t(count), ncclFloat, ncclSum, group_, stream), "add up");
  }
  void sum(StreamHandle stream, double* numbers, std::int64_t count) override {
    check(nccl().all_reduce(numbers, numbers, std::size_t(count), ncclDouble, ncclSum, group_, stream), "add up");
  }

  // One call for NCCL, which then sends and receives at once. It is ended also where a part of it cannot be begun.
  void exchange(StreamHandle stream, std::span<const Block> sent, std::span<const Block> received) override {
    check(nccl().begin_exchange(), "exchange");
    ncclResult_t result = ncclSuccess;
    const auto put = [&](ncclResult_t of_part) { result = result == ncclSuccess ? of_part : result; };
    for (int other = 0; other < size_; ++other) {
      const Block &to = sent[std::size_t(other)], &from = received[std::size_t(other)];
      if (to.bytes > 0) put(nccl().send(to.memory, std::size_t(to.bytes), ncclChar, other, group_, stream));
      if (from.bytes > 0) put(nccl().receive(from.memory, std::size_t(from.bytes), ncclChar, other, group_, stream));
    }
    put(nccl().end_exchange());
    check(result, "exchange");
  }

  void wait(const compute::cuda::Event& event) override {
    while (!event.is_done()) {
      ncclResult_t result = ncclSuccess;
      check(nccl().failure(group_, &result), "be asked how they are");
      if (*failed_ || (result != ncclSuccess && result != ncclInProgress)) give_up(result);
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }

 private:
  // Without the abort the GPU would wait for the others for ever.
  [[noreturn]] void give_up(ncclResult_t result) {
    *failed_ = true;
    nccl().abort(std::exchange(group_, nullptr));
    if (result != ncclInProgress) check(result, "work together");
    throw AnotherRankFailed();
  }

  ncclComm_t group_;
  const int rank_, size_;
  const Failed failed_;
  const int exceptions_;
};

// The first rank's value, for all.
template <typename Value>
void broadcast_value(Collective& ranks, Value& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  const auto received = broadcast(ranks, {bytes.begin(), bytes.end()});
  std::memcpy(static_cast<void*>(&value), received.data(), sizeof value);
}

// Threads of one process: the first one connects all GPUs at once.
struct Connected {
  std::vector<ncclComm_t> groups;
  Failed failed = std::make_shared<std::atomic<bool>>(false);
};

std::unique_ptr<DeviceCollective> connect_threads(Collective& ranks) {
  const float own = float(compute::cuda::gpu_in_use());
  std::vector<float> numbers(std::size_t(ranks.size()));
  ranks.all_gather({&own, 1}, numbers);
  std::unique_ptr<Connected> made;
  if (ranks.rank() == 0) {
    made = std::make_unique<Connected>();
    made->groups.resize(numbers.size());
    const std::vector<int> gpus(numbers.begin(), numbers.end());
    check(nccl().connect_all(made->groups.data(), ranks.size(), gpus.data()), "be connected");
    compute::cuda::use_gpu(gpus[0]);
  }
  const Connected* connected = made.get();
  broadcast_value(ranks, connected);
  auto group = std::make_unique<NcclGroup>(connected->groups[std::size_t(ranks.rank())], ranks.rank(), ranks.size(),
                                           connected->failed);
  ranks.barrier();  // all have taken theirs
  return group;
}

std::unique_ptr<DeviceCollective> connect_processes(Collective& ranks) {
  ncclUniqueId id{};
  if (ranks.rank() == 0) check(nccl().unique_id(&id), "be given a name for their group");
  broadcast_value(ranks, id);
  ncclComm_t group = nullptr;
  check(nccl().connect(&group, ranks.size(), id, ranks.rank()), "be connected");
  return std::make_unique<NcclGroup>(group, ranks.rank(), ranks.size(), std::make_shared<std::atomic<bool>>(false));
}

// Something from each to each, and a sum: connections are made at the first use, which waits for the other ranks, and
// all of them have just been here.
void greet(DeviceCollective& group) {
  const compute::cuda::Stream stream;
  const std::size_t size = std::size_t(group.size());
  compute::cuda::Array<float> numbers(2 * group.size());
  compute::cuda::Event done;
  std::vector<Block> sent, received;
  for (std::size_t i = 0; i < size; ++i) {
    sent.push_back({numbers.data() + i, sizeof(float)});
    received.push_back({numbers.data() + size + i, sizeof(float)});
  }
  compute::cuda::clear(stream, numbers.data(), 2 * group.size());
  group.exchange(stream, sent, received);
  group.sum(stream, numbers.data(), group.size());
  done.record(stream);
  group.wait(done);
}

}  // namespace

std::unique_ptr<DeviceCollective> connect_by_nccl(Collective& ranks) {
  auto group = ranks.in_one_process() ? connect_threads(ranks) : connect_processes(ranks);
  greet(*group);
  return group;
}

}  // namespace corpuscope::parallel
