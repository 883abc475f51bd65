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

class EmulatedGroup : public parallel::DeviceCollective {
 public:
  EmulatedGroup(parallel::Collective& ranks, std::mutex& machine) : ranks_(ranks), machine_(machine) {}

  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  void sum(compute::cuda::StreamHandle, float* numbers, std::int64_t count) override {
    apart([&] { ranks_.all_reduce({numbers, std::size_t(count)}); });
  }
  void sum(compute::cuda::StreamHandle, double* numbers, std::int64_t count) override {
    for (std::int64_t i = 0; i < count; ++i) {
      std::vector<float> own(2);
      std::memcpy(own.data(), numbers + i, sizeof(double));
      std::vector<std::vector<float>> received;
      apart([&] { received = ranks_.all_to_all(std::vector(std::size_t(size()), own)); });
      numbers[i] = 0;
      for (const auto& part : received) {
        double number = 0;
        std::memcpy(&number, part.data(), sizeof number);
        numbers[i] += number;
      }
    }
  }
  void pass(compute::cuda::StreamHandle, int from, int to, void* memory, std::int64_t bytes) override {
    std::vector<std::vector<float>> sent(static_cast<std::size_t>(size()));
    if (rank() == from) {
      sent[std::size_t(to)].resize(std::size_t(bytes) / sizeof(float));
      std::memcpy(sent[std::size_t(to)].data(), memory, std::size_t(bytes));
    }
    std::vector<std::vector<float>> received;
    apart([&] { received = ranks_.all_to_all(std::move(sent)); });
    if (rank() == to) std::memcpy(memory, received[std::size_t(from)].data(), std::size_t(bytes));
  }

 private:
  template <typename Exchange>
  void apart(const Exchange& exchange) {
    machine_.unlock();
    exchange();
    machine_.lock();
  }

  parallel::Collective& ranks_;
  std::mutex& machine_;
};

inline std::vector<int> gpu_counts() { return {1, 2, 3}; }

template <typename Body>
void on_gpus(int ranks, const Body& body) {
  std::mutex machine;
  parallel::run_on_threads(ranks, [&](parallel::Collective& self) {
    const std::lock_guard lock(machine);
    body([&] { return std::make_unique<EmulatedGroup>(self, machine); }, self.rank());
  });
}

}  // namespace corpuscope::gpu_test
