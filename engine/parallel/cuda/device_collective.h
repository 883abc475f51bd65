#pragma once
// What ranks that have a GPU each exchange of what lies there: the twin of collective.h. A rank is a thread of this
// process or a process of its own; the code above does not know which.
//
// Every member is called by all ranks of a group in the same order with matching sizes, and puts its work on a stream;
// nothing is waited for. All ranks hold the same bits after a sum.

#include <cstdint>
#include <memory>
#include <span>

#include "compute/cuda/runtime.h"
#include "parallel/collective.h"

namespace corpuscope::parallel {

// A part of a GPU's memory.
struct Block {
  void* memory = nullptr;
  std::int64_t bytes = 0;
};

class DeviceCollective {
 public:
  virtual ~DeviceCollective() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  virtual void sum(compute::cuda::StreamHandle stream, float* numbers, std::int64_t count) = 0;
  virtual void sum(compute::cuda::StreamHandle stream, double* numbers, std::int64_t count) = 0;

  // Block i of `sent` goes to rank i, block i of `received` comes from there; also to and from oneself. Blocks that
  // go both ways do not overlap; a block may be empty.
  virtual void exchange(compute::cuda::StreamHandle stream, std::span<const Block> sent,
                        std::span<const Block> received) = 0;

  // Waits for what was recorded. Throws AnotherRankFailed where another rank failed: it would be waited for in vain.
  virtual void wait(const compute::cuda::Event& event) { event.wait(); }

  // Built on the above: rank `from` sends `bytes` of `memory`, another rank `to` receives them in its own; the others
  // have no part in it.
  void pass(compute::cuda::StreamHandle stream, int from, int to, void* memory, std::int64_t bytes);
};

// A group of one.
std::unique_ptr<DeviceCollective> alone_on_gpu();

}  // namespace corpuscope::parallel
