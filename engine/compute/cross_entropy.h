#pragma once
// Softmax cross-entropy of rows of logits [rows, classes].

#include <cstdint>

#include "compute/buffer.h"
#include "compute/weight.h"

namespace corpuscope::compute {

// nats[row] = -log softmax(logits[row])[target[row]].
void cross_entropy(std::int64_t rows, std::int64_t classes, const float* logits, const std::int32_t* targets,
                   float* nats);

// The same of the logits x[rows, in] weight[classes, in]^T, which are never all there: they are made in panels that stay
// in the cache, and of each panel two numbers a row are kept, in `room`.
void linear_cross_entropy(std::int64_t rows, std::int64_t in, std::int64_t classes, const float* x, const Weight& weight,
                          const std::int32_t* targets, Buffer& room, float* nats);

// As cross_entropy, and the logits are replaced by scale * (softmax - one-hot target), the gradient of scale * sum(nats).
void cross_entropy_backward(std::int64_t rows, std::int64_t classes, float* logits, const std::int32_t* targets,
                            float scale, float* nats);

}  // namespace corpuscope::compute
