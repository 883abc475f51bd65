#include "compute/norm.h"

#include "compute/loops.h"
#include "compute/rows.h"

namespace corpuscope::compute {

void norm(const NormKind& kind, std::int64_t rows, std::int64_t width, const float* x, const float* weight,
          const float* bias, float* y, float* statistics) {
  for_row_blocks(rows, [&](std::int64_t first, std::int64_t last, std::int64_t) {
    for (std::int64_t row = first; row < last; ++row)
      loops().norm(kind.centred, kind.epsilon, width, x + row * width, weight, bias, y + row * width,
                   statistics + 2 * row);
  });
}

void norm_backward(const NormKind& kind, std::int64_t rows, std::int64_t width, const float* x, const float* weight,
                   const float* statistics, const float* dy, float* dx, bool add, float* dweight, float* dbias) {
  std::vector<float> total(std::size_t(2 * width), 0.0f);
  sum_over_rows(rows, 2 * width, total.data(), [&](std::int64_t first, std::int64_t last, float* sums) {
    for (std::int64_t row = first; row < last; ++row)
      loops().norm_backward(kind.centred, width, x + row * width, weight, statistics + 2 * row, dy + row * width,
                            dx + row * width, add, sums);
  });
  for (std::int64_t i = 0; i < width; ++i) {
    dweight[i] += total[std::size_t(i)];
    if (dbias) dbias[i] += total[std::size_t(width + i)];
  }
}

}  // namespace corpuscope::compute
