#include "model/cuda/memory.h"

#include <fmt/format.h>

#include "compute/cuda/runtime.h"
#include "core/error.h"

namespace corpuscope::model::cuda {

std::string megabytes(std::int64_t bytes) {
  return bytes < 1'000'000'000 ? fmt::format("{:.1f} MB", double(bytes) / 1e6) : fmt::format("{:.2f} GB", double(bytes) / 1e9);
}

void check_room(const std::string& what, std::int64_t needed, const std::string& parts, const std::string& remedy) {
  const compute::cuda::GpuMemory memory = compute::cuda::memory_of_gpu();
  if (needed <= memory.free) return;
  throw core::Error(fmt::format("{} needs {} on the GPU ({}), and {} of {} are free.", what, megabytes(needed), parts,
                                megabytes(memory.free), megabytes(memory.total)),
                    remedy);
}

}  // namespace corpuscope::model::cuda
