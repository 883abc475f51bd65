#include "parallel/cuda/nccl.h"

#include <nccl.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "compute/cuda/library.h"
#include "core/error.h"
#include "parallel/bytes.h"

namespace corpuscope::parallel {
namespace {

using compute::cuda::StreamHandle;

struct Nccl {
  decltype(ncclGetUniqueId)* unique_id;
  decltype(ncclCommInitRank)* connect;
  decltype(ncclCommDestroy)* destroy;
  decltype(ncclCommAbort)* abort;
  decltype(ncclCommGetAsyncError)* failure;
  decltype(ncclAllReduce)* all_reduce;
  decltype(ncclSend)* send;
  decltype(ncclRecv)* receive;
  decltype(ncclGetErrorString)* explain;
};

Nccl find_functions() {
  const compute::cuda::Library library("libnccl.so.2", "NCCL 2");
  Nccl nccl;
  library.find(nccl.unique_id, "ncclGetUniqueId");
  library.find(nccl.connect, "ncclCommInitRank");
  library.find(nccl.destroy, "ncclCommDestroy");
  library.find(nccl.abort, "ncclCommAbort");
  library.find(nccl.failure, "ncclCommGetAsyncError");
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

Failed failed_of(const ncclUniqueId& id) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<std::atomic<bool>>> groups;
  const std::lock_guard lock(mutex);
  std::erase_if(groups, [](const auto& group) { return group.second.expired(); });
  std::weak_ptr<std::atomic<bool>>& known = groups[std::string(id.internal, sizeof id.internal)];
  Failed failed = known.lock();
  if (!failed) known = failed = std::make_shared<std::atomic<bool>>(false);
  return failed;
}

class NcclGroup : public DeviceCollective {
 public:
  NcclGroup(const ncclUniqueId& id, int rank, int size)
      : rank_(rank), size_(size), failed_(failed_of(id)), exceptions_(std::uncaught_exceptions()) {
    check(nccl().connect(&group_, size, id, rank), "be connected");
  }
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

  void pass(StreamHandle stream, int from, int to, void* memory, std::int64_t bytes) override {
    if (rank_ == from) check(nccl().send(memory, std::size_t(bytes), ncclChar, to, group_, stream), "send");
    if (rank_ == to) check(nccl().receive(memory, std::size_t(bytes), ncclChar, from, group_, stream), "receive");
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
    check(result, "work together");
    throw core::Error("Another GPU of the group failed.", "See its message.");
  }

  ncclComm_t group_ = nullptr;
  const int rank_, size_;
  const Failed failed_;
  const int exceptions_;
};

}  // namespace

std::unique_ptr<DeviceCollective> connect_by_nccl(Collective& ranks) {
  ncclUniqueId id{};
  if (ranks.rank() == 0) check(nccl().unique_id(&id), "be given a name for their group");
  const auto bytes = std::as_bytes(std::span(&id, 1));
  const auto received = broadcast(ranks, {bytes.begin(), bytes.end()});
  std::memcpy(&id, received.data(), sizeof id);
  return std::make_unique<NcclGroup>(id, ranks.rank(), ranks.size());
}

}  // namespace corpuscope::parallel
