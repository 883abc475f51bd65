#pragma once
// One text for both: nvcc makes kernels of the bodies below, a C++ compiler makes loops of them, so that tests run
// every body where there is no GPU.
//
//   each(stream, count, [=] CORPUSCOPE_BODY(std::int64_t i) { ... });
//   rows<32>(stream, count, [=] CORPUSCOPE_BODY(std::int64_t row, const auto& group) { ... });
//
// In `rows` a group of threads has a row: lane l takes the numbers l, l + group.size(), ... and all lanes get what
// group.sum and group.largest give. All of them are to come there. Groups of 32 suit rows of up to about a thousand
// numbers, groups of 256 longer ones.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "compute/cuda/failure.h"
#include "compute/cuda/runtime.h"

#ifdef __CUDACC__
#include <cuda_runtime.h>
#define CORPUSCOPE_BODY __device__
#else
#include <cmath>
#define CORPUSCOPE_BODY
#endif

namespace corpuscope::compute::cuda {

#ifdef __CUDACC__

template <int lanes>
class Group {
 public:
  __device__ int lane() const { return int(threadIdx.x) % lanes; }
  __device__ static constexpr int size() { return lanes; }

  template <typename Number>
  __device__ Number sum(Number x) const {
    return over_all(x, [](Number a, Number b) { return a + b; });
  }
  template <typename Number>
  __device__ Number largest(Number x) const {
    return over_all(x, [](Number a, Number b) { return a < b ? b : a; });
  }

 private:
  template <typename Number, typename Combine>
  __device__ Number over_all(Number x, Combine combine) const {
    for (int step = 16; step > 0; step /= 2) x = combine(x, __shfl_xor_sync(0xffffffffu, x, step));
    if constexpr (lanes > 32) {
      __shared__ Number parts[lanes / 32];
      __syncthreads();  // nobody reads what the call before left there
      if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = x;
      __syncthreads();
      x = parts[0];
      for (int i = 1; i < lanes / 32; ++i) x = combine(x, parts[i]);
    }
    return x;
  }
};

template <typename Body>
__global__ void each_kernel(std::int64_t count, Body body) {
  const std::int64_t step = std::int64_t(gridDim.x) * blockDim.x;
  for (std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) body(i);
}

template <int lanes, typename Body>
__global__ void rows_kernel(std::int64_t count, Body body) {
  const std::int64_t a_block = blockDim.x / lanes, step = std::int64_t(gridDim.x) * a_block;
  for (std::int64_t row = std::int64_t(blockIdx.x) * a_block + threadIdx.x / lanes; row < count; row += step)
    body(row, Group<lanes>());
}

inline constexpr int threads_a_block = 256;
inline constexpr std::int64_t most_blocks = 1 << 16;  // the rest goes round

inline unsigned blocks_for(std::int64_t items, std::int64_t a_block) {
  return unsigned(std::min(most_blocks, (items + a_block - 1) / a_block));
}

template <typename Body>
void each(StreamHandle stream, std::int64_t count, const Body& body) {
  if (count <= 0) return;
  each_kernel<<<blocks_for(count, threads_a_block), threads_a_block, 0, stream>>>(count, body);
  check(cudaGetLastError(), "a kernel was started");
}

template <int lanes, typename Body>
void rows(StreamHandle stream, std::int64_t count, const Body& body) {
  static_assert(lanes == 32 || lanes == threads_a_block);
  if (count <= 0) return;
  rows_kernel<lanes><<<blocks_for(count, threads_a_block / lanes), threads_a_block, 0, stream>>>(count, body);
  check(cudaGetLastError(), "a kernel was started");
}

#else

template <int lanes>
class Group {
 public:
  int lane() const { return 0; }
  static constexpr int size() { return 1; }
  template <typename Number>
  Number sum(Number x) const {
    return x;
  }
  template <typename Number>
  Number largest(Number x) const {
    return x;
  }
};

template <typename Body>
void each(StreamHandle, std::int64_t count, const Body& body) {
  for (std::int64_t i = 0; i < count; ++i) body(i);
}

template <int lanes, typename Body>
void rows(StreamHandle, std::int64_t count, const Body& body) {
  for (std::int64_t row = 0; row < count; ++row) body(row, Group<lanes>());
}

#endif

// Rows of that width by the group that suits them.
template <typename Body>
void rows_of_width(StreamHandle stream, std::int64_t count, std::int64_t width, const Body& body) {
  if (width <= 1024)
    rows<32>(stream, count, body);
  else
    rows<256>(stream, count, body);
}

// Numbers in memory are float32 or bf16; all that is computed with them is float32.
CORPUSCOPE_BODY inline float load(const float& x) { return x; }
CORPUSCOPE_BODY inline float load(const std::uint16_t& x) {
  const std::uint32_t bits = std::uint32_t(x) << 16;
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}
CORPUSCOPE_BODY inline void store(float& to, float x) { to = x; }
CORPUSCOPE_BODY inline void store(std::uint16_t& to, float x) {  // to the nearest, ties to even, as compute/bf16.h
  std::uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (x != x) bits = 0x7fc00000;  // a GPU's NaNs have all bits set: rounded up they would be zero
  to = std::uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace corpuscope::compute::cuda
