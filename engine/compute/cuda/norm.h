#pragma once
// The twins of compute/norm.h on a stream. The input may be float32 (the residual stream) or bf16.

#include <cstdint>

#include "compute/bf16.h"
#include "compute/cuda/runtime.h"
#include "compute/norm.h"

namespace corpuscope::compute::cuda {

// Mean and 1 / standard deviation of each row go to `statistics` [rows, 2]; `bias` may be null. y may be x.
template <typename In, typename Out>
void norm(StreamHandle stream, const NormKind& kind, std::int64_t rows, std::int64_t width, const In* x,
          const float* weight, const float* bias, Out* y, float* statistics);

// dx = gradient (added where `add`), dweight and dbias (may be null) are added to. dx may be dy where not `add`.
// `partial` is working memory of column_sums_room(rows, 2 * width) numbers (sums.h).
template <typename In, typename Gradient, typename Out>
void norm_backward(StreamHandle stream, const NormKind& kind, std::int64_t rows, std::int64_t width, const In* x,
                   const float* weight, const float* statistics, const Gradient* dy, Out* dx, bool add,
                   float* dweight, float* dbias, float* partial);

}  // namespace corpuscope::compute::cuda
