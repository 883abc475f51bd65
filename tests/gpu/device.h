#pragma once
// Memory of the GPU that is tested; of the processor where kernels are emulated.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "check.h"

namespace corpuscope::gpu_test {

#ifdef CORPUSCOPE_EMULATED

// The emulated array lies in memory of its very size, so that sanitizers see what goes beyond.
template <typename Value>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t count) : values_(count) {}
  explicit DeviceArray(const std::vector<Value>& values) : values_(values) {}
  Value* data() { return values_.data(); }
  std::vector<Value> get() const { return values_; }
  void set(const std::vector<Value>& values) { values_ = values; }

 private:
  std::vector<Value> values_;
};

inline void wait_for_device() {}
inline bool has_device() { return true; }
inline const char* device_name() { return "emulated on the processor"; }

#else

inline void must(cudaError_t error) {
  if (error == cudaSuccess) return;
  std::printf("FAILED: the GPU says: %s\n", cudaGetErrorString(error));
  std::exit(1);
}

template <typename Value>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t count) : count_(count) {
    if (count > 0) must(cudaMalloc(reinterpret_cast<void**>(&data_), count * sizeof(Value)));
    if (count > 0) must(cudaMemset(data_, 0xff, count * sizeof(Value)));
  }
  explicit DeviceArray(const std::vector<Value>& values) : DeviceArray(values.size()) { set(values); }
  ~DeviceArray() { cudaFree(data_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  Value* data() { return data_; }
  std::vector<Value> get() const {
    std::vector<Value> values(count_);
    must(cudaMemcpy(values.data(), data_, count_ * sizeof(Value), cudaMemcpyDeviceToHost));
    return values;
  }
  void set(const std::vector<Value>& values) {
    must(cudaMemcpy(data_, values.data(), values.size() * sizeof(Value), cudaMemcpyHostToDevice));
  }

 private:
  std::size_t count_ = 0;
  Value* data_ = nullptr;
};

inline void wait_for_device() { must(cudaDeviceSynchronize()); }

inline bool has_device() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

inline const char* device_name() {
  static cudaDeviceProp properties;
  must(cudaGetDeviceProperties(&properties, 0));
  return properties.name;
}

#endif

// A test program: body(checks) where there is a device. Gives the exit code.
template <typename Body>
int on_device(const char* what, const Body& body) {
  if (!has_device()) {
    std::printf("skipped: there is no GPU\n");
    return skipped;
  }
  std::printf("%s, %s\n", what, device_name());
  try {
    Checks checks;
    body(checks);
    return checks.end();
  } catch (const std::exception& error) {
    std::printf("FAILED: %s\n", error.what());
    return 1;
  }
}

}  // namespace corpuscope::gpu_test
