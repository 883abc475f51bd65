#pragma once
// The twins of compute/cross_entropy.h on a stream.

#include <cstdint>

#include "compute/bf16.h"
#include "compute/cuda/runtime.h"

namespace corpuscope::compute::cuda {

// nats[row] = -log softmax(logits[row])[target[row]], logits [rows, classes].
void cross_entropy(StreamHandle stream, std::int64_t rows, std::int64_t classes, const float* logits,
                   const std::int32_t* targets, float* nats);

// The same, and dlogits = scale * (softmax - one-hot target), the gradient of scale * sum(nats). dlogits may be logits.
template <typename Element>
void cross_entropy_backward(StreamHandle stream, std::int64_t rows, std::int64_t classes, const float* logits,
                            const std::int32_t* targets, float scale, float* nats, Element* dlogits);

}  // namespace corpuscope::compute::cuda
