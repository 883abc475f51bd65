#pragma once
// Memory for activations that is kept from step to step: it grows, is never cleared and never copied.

#include <cstddef>
#include <cstdint>
#include <memory>

namespace corpuscope::compute {

class Buffer {
 public:
  // Room for `count` floats. What was in it is lost where it has to grow.
  float* reserve(std::int64_t count) {
    if (count > capacity_) {
      data_.reset();
      data_ = std::make_unique_for_overwrite<float[]>(std::size_t(count));
      capacity_ = count;
    }
    return data_.get();
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }

 private:
  std::unique_ptr<float[]> data_;
  std::int64_t capacity_ = 0;
};

}  // namespace corpuscope::compute
