#include "parallel/cuda/kept_gradients.h"

#include "compute/cuda/launch.h"

namespace corpuscope::parallel {

// One thread has a number of x and takes all levels and heads that share it, so that the order is always the same.
void add_own_rows(compute::cuda::StreamHandle stream, const BorderRows* border, int levels, int heads, int kv_heads,
                  int head_dim, std::int64_t first, std::int64_t length, const float* incoming, float* x) {
  const int shared = heads / kv_heads;
  compute::cuda::each(stream, length * kv_heads * head_dim, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const int c = int(i % head_dim), kv_head = int(i / head_dim % kv_heads);
    const std::int64_t position = first + i / head_dim / kv_heads;
    float sum = 0;
    for (int level = 0; level < levels; ++level)
      for (int head = kv_head * shared; head < (kv_head + 1) * shared; ++head) {
        const BorderRows& rows = border[level * heads + head];
        const std::int64_t distance = position - rows.first, row = distance / rows.dilation;
        if (distance < 0 || row * rows.dilation != distance || row >= rows.count) continue;
        sum += incoming[rows.at + row * head_dim + c];
      }
    x[i] += sum;
  });
}

void hand_on_rows(compute::cuda::StreamHandle stream, const BorderRows* border, int lists, int head_dim,
                  std::int64_t most, const float* incoming, float* gradients) {
  compute::cuda::each(stream, lists * most * head_dim, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const std::int64_t row = i / head_dim % most;
    const BorderRows& rows = border[i / head_dim / most];
    if (row >= rows.before) return;
    const std::int64_t at = rows.at + row * head_dim + i % head_dim;
    gradients[at] += incoming[at];
  });
}

}  // namespace corpuscope::parallel
