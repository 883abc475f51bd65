#pragma once
// attention/cuda/launch.h for the processor: the blocks of a launch one after the other, in any order.

#include <cuda_runtime_api.h>

#include "emulated/block.h"

namespace corpuscope::attention::cuda {

template <typename Body>
void launch(std::int64_t blocks, const typename Body::Params& params, cudaStream_t) {
  static_assert(Body::shared_bytes <= 227 * 1024 && Body::threads % 32 == 0);
  emulated::run_blocks(blocks, Body::threads, Body::shared_bytes, [&](char* shared) { Body::run(params, shared); });
}

template <typename Body>
bool runs_here() {
  return true;
}

}  // namespace corpuscope::attention::cuda
