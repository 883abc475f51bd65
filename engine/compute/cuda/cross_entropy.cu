#include "compute/cuda/cross_entropy.h"

#include "compute/cuda/launch.h"

namespace corpuscope::compute::cuda {
namespace {

struct Softmax {
  float most, sum;  // of e^(x - most)
};

// Of one row; all lanes get it.
template <typename Lanes>
CORPUSCOPE_BODY Softmax softmax_of(const float* row, std::int64_t classes, const Lanes& group) {
  float most = row[0], sum = 0;
  for (std::int64_t i = group.lane(); i < classes; i += group.size()) most = row[i] > most ? row[i] : most;
  most = group.largest(most);
  for (std::int64_t i = group.lane(); i < classes; i += group.size()) sum += expf(row[i] - most);
  return {most, group.sum(sum)};
}

}  // namespace

void cross_entropy(StreamHandle stream, std::int64_t count, std::int64_t classes, const float* logits,
                   const std::int32_t* targets, float* nats) {
  rows_of_width(stream, count, classes, [=] CORPUSCOPE_BODY(std::int64_t row, const auto& group) {
    const float* from = logits + row * classes;
    const Softmax softmax = softmax_of(from, classes, group);
    if (group.lane() == 0) nats[row] = softmax.most + logf(softmax.sum) - from[targets[row]];
  });
}

template <typename Element>
void cross_entropy_backward(StreamHandle stream, std::int64_t count, std::int64_t classes, const float* logits,
                            const std::int32_t* targets, float scale, float* nats, Element* dlogits) {
  rows_of_width(stream, count, classes, [=] CORPUSCOPE_BODY(std::int64_t row, const auto& group) {
    const float* from = logits + row * classes;
    const std::int64_t target = targets[row];
    const float right = from[target];  // before it is overwritten
    const Softmax softmax = softmax_of(from, classes, group);
    const float factor = scale / softmax.sum;
    if (group.lane() == 0) nats[row] = softmax.most + logf(softmax.sum) - right;
    for (std::int64_t i = group.lane(); i < classes; i += group.size())
      store(dlogits[row * classes + i], expf(from[i] - softmax.most) * factor - (i == target ? scale : 0.0f));
  });
}
template void cross_entropy_backward(StreamHandle, std::int64_t, std::int64_t, const float*, const std::int32_t*,
                                     float, float*, float*);
template void cross_entropy_backward(StreamHandle, std::int64_t, std::int64_t, const float*, const std::int32_t*,
                                     float, float*, Bf16*);

}  // namespace corpuscope::compute::cuda
