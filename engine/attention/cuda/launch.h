#pragma once
// Starts a kernel body: `Body::run(params, shared memory)` on `blocks` blocks of Body::threads threads.

#include <cstdint>

#include "attention/cuda/warp.h"

#ifdef __CUDACC__

#include <cuda_runtime_api.h>

#include <string>

#include "core/error.h"

namespace corpuscope::attention::cuda {

inline void check_started(cudaError_t error, const char* what) {
  if (error != cudaSuccess)
    throw core::Error(std::string("The GPU could not ") + what + ": " + cudaGetErrorString(error) + ".",
                      "Try again, or choose the CPU.");
}

template <typename Body>
__global__ void __launch_bounds__(Body::threads, Body::blocks) kernel(const __grid_constant__ typename Body::Params params) {
  extern __shared__ __align__(1024) char shared[];  // patterns of the 128-byte swizzle are so long
  Body::run(params, shared);
}

template <typename Body>
void launch(std::int64_t blocks, const typename Body::Params& params, cudaStream_t stream) {
  if (blocks <= 0) return;
  if (blocks >= std::int64_t(1) << 31)
    throw core::Error("The attention of so long a sequence does not fit one launch.", "Read it in shorter chunks.");
  if (Body::shared_bytes > 48 * 1024)
    check_started(cudaFuncSetAttribute(kernel<Body>, cudaFuncAttributeMaxDynamicSharedMemorySize, Body::shared_bytes),
                  "give the attention its shared memory");
  kernel<Body><<<unsigned(blocks), Body::threads, Body::shared_bytes, stream>>>(params);
  check_started(cudaGetLastError(), "start the attention");
}

// Whether there is code of a kernel for warpgroups that this GPU runs: that of sm_90a is for 9.0 alone.
template <typename Body>
bool runs_here() {
  int device = 0, major = 0;
  cudaFuncAttributes attributes;
  const bool known = cudaGetDevice(&device) == cudaSuccess &&
                     cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) == cudaSuccess &&
                     cudaFuncGetAttributes(&attributes, kernel<Body>) == cudaSuccess;
  if (!known) cudaGetLastError();  // which would otherwise be what the next launch reports
  return known && major == 9 && attributes.ptxVersion == 90;  // made from the PTX of sm_80, it would be empty
}

}  // namespace corpuscope::attention::cuda

#else
#include "emulated/launch.h"
#endif
