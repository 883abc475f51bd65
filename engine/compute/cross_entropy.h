#pragma once
// Softmax cross-entropy of rows of logits [rows, classes].

#include <cstdint>

namespace corpuscope::compute {

// nats[row] = -log softmax(logits[row])[target[row]].
void cross_entropy(std::int64_t rows, std::int64_t classes, const float* logits, const std::int32_t* targets,
                   float* nats);

// The same, and the logits are replaced by scale * (softmax - one-hot target), the gradient of scale * sum(nats).
void cross_entropy_backward(std::int64_t rows, std::int64_t classes, float* logits, const std::int32_t* targets,
                            float scale, float* nats);

}  // namespace corpuscope::compute
