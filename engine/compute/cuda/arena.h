#pragma once
// Arrays that live and die together, cut out of one piece of memory. Placing them at no memory at all tells how much
// they need: whoever asks for it beforehand and whoever takes it run the same code.

#include <cstddef>
#include <cstdint>

namespace corpuscope::compute::cuda {

class Arena {
 public:
  // `memory` null: pointers that nobody may use, only counting.
  explicit Arena(std::byte* memory = nullptr) : memory_(memory) {}

  template <typename Number>
  Number* take(std::int64_t count) {
    const std::int64_t at = used_;
    used_ += (count * std::int64_t(sizeof(Number)) + alignment - 1) / alignment * alignment;
    return memory_ && count > 0 ? reinterpret_cast<Number*>(memory_ + at) : nullptr;
  }

  std::int64_t bytes() const { return used_; }

 private:
  static constexpr std::int64_t alignment = 256;  // as CUDA gives memory out

  std::byte* memory_;
  std::int64_t used_ = 0;
};

}  // namespace corpuscope::compute::cuda
