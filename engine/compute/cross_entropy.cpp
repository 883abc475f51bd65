#include "compute/cross_entropy.h"

#include <cmath>

#include "compute/loops.h"
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

}  // namespace

void cross_entropy(std::int64_t rows, std::int64_t classes, const float* logits, const std::int32_t* targets,
                   float* nats) {
  for_rows(rows, classes, [&](std::int64_t row) {
    const float* x = logits + row * classes;
    const float most = loops().largest(x, classes);
    nats[row] = nats_of(most, loops().sum_of_exponentials(x, classes, most), x[targets[row]]);
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
