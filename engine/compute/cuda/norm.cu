#include "compute/cuda/norm.h"

#include "compute/cuda/launch.h"
#include "compute/cuda/sums.h"

namespace corpuscope::compute::cuda {

template <typename In, typename Out>
void norm(StreamHandle stream, const NormKind& kind, std::int64_t rows, std::int64_t width, const In* x,
          const float* weight, const float* bias, Out* y, float* statistics) {
  const bool centred = kind.centred;
  const float epsilon = float(kind.epsilon);
  rows_of_width(stream, rows, width, [=] CORPUSCOPE_BODY(std::int64_t row, const auto& group) {
    const In* from = x + row * width;
    float mean = 0, squares = 0;
    if (centred) {
      for (std::int64_t i = group.lane(); i < width; i += group.size()) mean += load(from[i]);
      mean = group.sum(mean) / float(width);
    }
    for (std::int64_t i = group.lane(); i < width; i += group.size()) {
      const float distance = load(from[i]) - mean;
      squares += distance * distance;
    }
    const float scale = 1.0f / sqrtf(group.sum(squares) / float(width) + epsilon);
    if (group.lane() == 0) {
      statistics[2 * row] = mean;
      statistics[2 * row + 1] = scale;
    }
    for (std::int64_t i = group.lane(); i < width; i += group.size())
      store(y[row * width + i], (load(from[i]) - mean) * scale * weight[i] + (bias ? bias[i] : 0.0f));
  });
}
template void norm(StreamHandle, const NormKind&, std::int64_t, std::int64_t, const float*, const float*,
                   const float*, float*, float*);
template void norm(StreamHandle, const NormKind&, std::int64_t, std::int64_t, const float*, const float*,
                   const float*, Bf16*, float*);
template void norm(StreamHandle, const NormKind&, std::int64_t, std::int64_t, const Bf16*, const float*, const float*,
                   Bf16*, float*);

template <typename In, typename Gradient, typename Out>
void norm_backward(StreamHandle stream, const NormKind& kind, std::int64_t rows, std::int64_t width, const In* x,
                   const float* weight, const float* statistics, const Gradient* dy, Out* dx, bool add,
                   float* dweight, float* dbias, float* partial) {
  // The weight's gradients first, while dy is still there: of each slab [dweight | dbias].
  const std::int64_t slabs = slabs_of(rows);
  each(stream, slabs * width, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const std::int64_t slab = i / width, column = i % width, first = slab * rows_a_slab;
    const std::int64_t end = first + rows_a_slab < rows ? first + rows_a_slab : rows;
    float weight_sum = 0, bias_sum = 0;
    for (std::int64_t row = first; row < end; ++row) {
      const float d = load(dy[row * width + column]);
      weight_sum += d * (load(x[row * width + column]) - statistics[2 * row]) * statistics[2 * row + 1];
      bias_sum += d;
    }
    partial[slab * 2 * width + column] = weight_sum;
    partial[slab * 2 * width + width + column] = bias_sum;
  });
  add_slabs(stream, slabs, 2 * width, 0, width, partial, dweight);
  if (dbias) add_slabs(stream, slabs, 2 * width, width, width, partial, dbias);

  const bool centred = kind.centred;
  rows_of_width(stream, rows, width, [=] CORPUSCOPE_BODY(std::int64_t row, const auto& group) {
    const float mean = statistics[2 * row], scale = statistics[2 * row + 1];
    float sum = 0, product = 0;
    for (std::int64_t i = group.lane(); i < width; i += group.size()) {
      const float g = load(dy[row * width + i]) * weight[i];
      sum += g;
      product += g * (load(x[row * width + i]) - mean) * scale;
    }
    sum = centred ? group.sum(sum) / float(width) : 0.0f;
    product = group.sum(product) / float(width);
    for (std::int64_t i = group.lane(); i < width; i += group.size()) {
      const float normal = (load(x[row * width + i]) - mean) * scale;
      const float g = scale * (load(dy[row * width + i]) * weight[i] - sum - normal * product);
      store(dx[row * width + i], add ? load(dx[row * width + i]) + g : g);
    }
  });
}
template void norm_backward(StreamHandle, const NormKind&, std::int64_t, std::int64_t, const float*, const float*,
                            const float*, const float*, float*, bool, float*, float*, float*);
template void norm_backward(StreamHandle, const NormKind&, std::int64_t, std::int64_t, const float*, const float*,
                            const float*, const Bf16*, Bf16*, bool, float*, float*, float*);
template void norm_backward(StreamHandle, const NormKind&, std::int64_t, std::int64_t, const Bf16*, const float*,
                            const float*, const Bf16*, Bf16*, bool, float*, float*, float*);

}  // namespace corpuscope::compute::cuda
