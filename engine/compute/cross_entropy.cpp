#include "compute/cross_entropy.h"

#include <algorithm>
#include <cmath>

#include "compute/loops.h"
#include "compute/matmul_bf16.h"
#include "compute/precision.h"
#include "compute/product.h"
#include "core/parallel.h"

namespace corpuscope::compute {
namespace {

// Calls body(row) for all rows; short rows are not worth waking other threads.
template <typename Body>
void for_rows(std::int64_t rows, std::int64_t classes, const Body& body) {
  if (rows * classes >= 1 << 16)
    core::parallel_for(rows, body);
  else
    for (std::int64_t row = 0; row < rows; ++row) body(row);
}

float nats_of(float most, float sum, float logit) { return std::log(sum) + (most - logit); }

// A panel of logits takes half a megabyte.
constexpr std::int64_t panel_rows = 512, panel_classes = 256;

// x and the weights that it is multiplied with, as the precision has them.
class Panels {
 public:
  Panels(std::int64_t rows, std::int64_t in, std::int64_t classes, const float* x, const Weight& weight)
      : in_(in), classes_(classes), x_(x), weight_(weight) {
    if (precision() == Precision::bf16) rounded_x_ = rounded(x, rows * in, 0);
  }

  std::int64_t count() const { return (classes_ + panel_classes - 1) / panel_classes; }
  std::int64_t first(std::int64_t panel) const { return panel * panel_classes; }
  std::int64_t width(std::int64_t panel) const { return std::min(panel_classes, classes_ - first(panel)); }

  // Calls body(row, its logits) for all rows.
  template <typename Body>
  void multiply(std::int64_t panel, std::int64_t rows, const Body& body) const {
    thread_local Buffer room;
    float* logits = room.reserve(std::min(rows, panel_rows) * panel_classes);
    const std::int64_t wide = width(panel);
    const Bf16* rounded_weights = rounded_x_ ? bf16_rows(weight_, in_, first(panel), wide) : nullptr;
    const float* weights = rounded_x_ ? nullptr : float_rows(weight_, in_, first(panel), wide);
    for (std::int64_t begin = 0; begin < rows; begin += panel_rows) {
      const std::int64_t some = std::min(panel_rows, rows - begin);
      if (rounded_x_)
        product_here(false, true, some, wide, in_, rounded_x_ + begin * in_, in_, rounded_weights, in_, 0, logits, wide);
      else
        product_here(false, true, some, wide, in_, x_ + begin * in_, in_, weights, in_, 0, logits, wide);
      for (std::int64_t row = 0; row < some; ++row) body(begin + row, logits + row * wide);
    }
  }

 private:
  std::int64_t in_, classes_;
  const float* x_;
  const Weight& weight_;
  const Bf16* rounded_x_ = nullptr;
};

}  // namespace

void cross_entropy(std::int64_t rows, std::int64_t classes, const float* logits, const std::int32_t* targets,
                   float* nats) {
  for_rows(rows, classes, [&](std::int64_t row) {
    const float* x = logits + row * classes;
    const float most = loops().largest(x, classes);
    nats[row] = nats_of(most, loops().sum_of_exponentials(x, classes, most), x[targets[row]]);
  });
}

void linear_cross_entropy(std::int64_t rows, std::int64_t in, std::int64_t classes, const float* x, const Weight& weight,
                          const std::int32_t* targets, Buffer& room, float* nats) {
  const Panels panels(rows, in, classes, x, weight);
  // [panel, row]: the largest logit, and the sum of e^(logit - largest).
  float *largest = room.reserve(2 * rows * panels.count()), *sums = largest + rows * panels.count();
  core::parallel_for(panels.count(), [&](std::int64_t panel) {
    const std::int64_t first = panels.first(panel), width = panels.width(panel);
    panels.multiply(panel, rows, [&](std::int64_t row, const float* logits) {
      const float most = loops().largest(logits, width);
      largest[panel * rows + row] = most;
      sums[panel * rows + row] = loops().sum_of_exponentials(logits, width, most);
      if (targets[row] >= first && targets[row] < first + width) nats[row] = logits[targets[row] - first];
    });
  });
  for_rows(rows, panels.count(), [&](std::int64_t row) {
    float most = largest[row], sum = 0;
    for (std::int64_t panel = 1; panel < panels.count(); ++panel) most = std::max(most, largest[panel * rows + row]);
    for (std::int64_t panel = 0; panel < panels.count(); ++panel)
      sum += sums[panel * rows + row] * std::exp(largest[panel * rows + row] - most);
    nats[row] = nats_of(most, sum, nats[row]);
  });
}

void cross_entropy_backward(std::int64_t rows, std::int64_t classes, float* logits, const std::int32_t* targets,
                            float scale, float* nats) {
  for_rows(rows, classes, [&](std::int64_t row) {
    float* x = logits + row * classes;
    const float most = loops().largest(x, classes), logit = x[targets[row]];
    const float sum = loops().replace_by_exponentials(x, classes, most);
    nats[row] = nats_of(most, sum, logit);
    loops().multiply(x, classes, scale / sum);
    x[targets[row]] -= scale;
  });
}

}  // namespace corpuscope::compute
