#pragma once
// The shared memory of a block, and what of it the asynchronous proxy may read: what ordinary stores and cp.async
// have written, after a fence.proxy.async by the thread that wrote it (PTX ISA, "Async Proxy").

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "emulated/wrong.h"

namespace corpuscope::emulated {

class SharedMemory {
 public:
  SharedMemory() = default;
  SharedMemory(std::size_t bytes, int threads)
      : bytes_(bytes),
        memory_(static_cast<char*>(std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment))),
        unfenced_((bytes + 1) / 2, 0),
        written_(std::size_t(threads)) {
    std::memset(memory_.get(), 0xff, bytes);
  }

  char* data() const { return memory_.get(); }

  // Addresses of the shared window: not from 0 on, as on a GPU, but as aligned.
  unsigned address(const void* p) const {
    return unsigned(static_cast<const char*>(p) - data()) + unsigned(alignment);
  }

  void wrote(int thread, const void* at, std::size_t bytes) {
    const std::size_t first = std::size_t(static_cast<const char*>(at) - data()) / 2, count = (bytes + 1) / 2;
    if (first + count > unfenced_.size()) wrong("a store beyond shared memory");
    for (std::size_t i = first; i < first + count; ++i) unfenced_[i] = std::uint16_t(thread + 1);
    written_[std::size_t(thread)].emplace_back(first, count);
  }
  void fence(int thread) {
    for (const auto& [first, count] : written_[std::size_t(thread)])
      for (std::size_t i = first; i < first + count; ++i)
        if (unfenced_[i] == thread + 1) unfenced_[i] = 0;
    written_[std::size_t(thread)].clear();
  }

  // Two bytes, by the asynchronous proxy.
  std::uint16_t read_async(unsigned address) const {
    const std::size_t at = address - alignment;
    if (address < alignment || at + 2 > bytes_) wrong("a product reads beyond shared memory");
    if (unfenced_[at / 2] != 0) wrong("a product reads what a thread has written and not fenced (fence.proxy.async)");
    std::uint16_t value;
    std::memcpy(&value, data() + at, 2);
    return value;
  }

 private:
  static constexpr std::size_t alignment = 1024;

  std::size_t bytes_ = 0;
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char[], Free> memory_;
  std::vector<std::uint16_t>
      unfenced_;  // of every two bytes: 1 + the thread that wrote them and has not fenced; 0: none
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> written_;  // by each thread: units of two bytes
};

}  // namespace corpuscope::emulated
