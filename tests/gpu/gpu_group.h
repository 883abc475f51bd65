#pragma once
// As many GPUs as there are, each with a thread, connected by NCCL; also a single one goes through it.

#include <algorithm>
#include <functional>
#include <vector>

#include <cuda_runtime_api.h>

#include "parallel/collective.h"
#include "parallel/cuda/nccl.h"

namespace corpuscope::gpu_test {

inline std::vector<int> gpu_counts() {
  int count = 0;
  cudaGetDeviceCount(&count);
  std::vector<int> counts{1};
  for (const int more : {2, 3, 4})
    if (more <= count) counts.push_back(more);
  return counts;
}

// Calls body(ranks, connect) on every rank.
template <typename Body>
void on_gpus(int ranks, const Body& body) {
  parallel::run_on_threads(ranks, [&](parallel::Collective& self) {
    compute::cuda::use_gpu(self.rank());
    body(self, [&] { return parallel::connect_by_nccl(self); });
  });
}

}  // namespace corpuscope::gpu_test
