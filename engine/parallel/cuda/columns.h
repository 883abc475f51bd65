#pragma once
// Some columns of rows on a GPU, to other rows: how heads are sorted for the ranks that they go to.

#include "compute/cuda/runtime.h"

namespace corpuscope::parallel {

// `bytes` of each of `rows` rows, which are so many bytes apart. All of them are multiples of 16.
void copy_columns(compute::cuda::StreamHandle stream, std::int64_t rows, std::int64_t bytes, const void* from,
                  std::int64_t from_stride, void* to, std::int64_t to_stride);

}  // namespace corpuscope::parallel
