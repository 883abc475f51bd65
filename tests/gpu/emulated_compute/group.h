#pragma once
// Several emulated GPUs, each with a thread. The emulated blocks are one machine's: a rank has it until it comes to an
// exchange, and gets it again behind that.

#include <cstring>
#include <functional>
#include <mutex>
#include <vector>

#include "parallel/collective.h"
#include "parallel/cuda/device_collective.h"

namespace corpuscope::gpu_test {

// What the processors exchange, without the machine.
class WithoutMachine : public parallel::Collective {
 public:
  WithoutMachine(parallel::Collective& ranks, std::mutex& machine) : ranks_(ranks), machine_(machine) {}

  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  bool in_one_process() const override { return ranks_.in_one_process(); }
  void start_exchange(std::vector<std::vector<float>> sent) override { ranks_.start_exchange(std::move(sent)); }
  std::vector<std::vector<float>> finish_exchange() override {
    const Released released(machine_);
    return ranks_.finish_exchange();
  }
  void barrier() override {
    const Released released(machine_);
    ranks_.barrier();
  }
  std::unique_ptr<parallel::Collective> split(int group) override {
    const Released released(machine_);
    return ranks_.split(group);
  }

 private:
  struct Released {
    explicit Released(std::mutex& machine) : machine_(machine) { machine_.unlock(); }
    ~Released() { machine_.lock(); }
    std::mutex& machine_;
  };

  parallel::Collective& ranks_;
  std::mutex& machine_;
};

class EmulatedGroup : public parallel::DeviceCollective {
 public:
  explicit EmulatedGroup(parallel::Collective& ranks) : ranks_(ranks) {}

  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  void sum(compute::cuda::StreamHandle, float* numbers, std::int64_t count) override {
    ranks_.all_reduce({numbers, std::size_t(count)});
  }
  void sum(compute::cuda::StreamHandle, double* numbers, std::int64_t count) override {
    for (std::int64_t i = 0; i < count; ++i) {
      std::vector<float> own(2);
      std::memcpy(own.data(), numbers + i, sizeof(double));
      numbers[i] = 0;
      for (const auto& part : ranks_.all_to_all(std::vector(std::size_t(size()), own))) {
        double number = 0;
        std::memcpy(&number, part.data(), sizeof number);
        numbers[i] += number;
      }
    }
  }
  void exchange(compute::cuda::StreamHandle, std::span<const parallel::Block> sent,
                std::span<const parallel::Block> received) override {
    std::vector<std::vector<float>> rows;
    for (const parallel::Block& block : sent) {
      rows.emplace_back((std::size_t(block.bytes) + sizeof(float) - 1) / sizeof(float));
      if (block.bytes > 0) std::memcpy(rows.back().data(), block.memory, std::size_t(block.bytes));
    }
    rows = ranks_.all_to_all(std::move(rows));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto bytes = std::size_t(received[i].bytes);
      if ((bytes + sizeof(float) - 1) / sizeof(float) != rows[i].size())
        throw std::logic_error("Ranks expect another number of bytes than they are sent.");
      if (bytes > 0) std::memcpy(received[i].memory, rows[i].data(), bytes);
    }
  }

 private:
  parallel::Collective& ranks_;
};

inline std::vector<int> gpu_counts() { return {1, 2, 3}; }

// Calls body(ranks, connect) on every rank.
template <typename Body>
void on_gpus(int ranks, const Body& body) {
  std::mutex machine;
  parallel::run_on_threads(ranks, [&](parallel::Collective& self) {
    const std::lock_guard lock(machine);
    WithoutMachine own(self, machine);
    body(own, [&] { return std::make_unique<EmulatedGroup>(own); });
  });
}

}  // namespace corpuscope::gpu_test
