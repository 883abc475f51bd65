#pragma once
// Layer normalisation (Ba et al., arXiv 1607.06450) and, where it is not centred, root-mean-square normalisation
// (Zhang and Sennrich, arXiv 1910.07467) of each row of [rows, width]:
//   y = (x - mean) / sqrt(variance + epsilon) * weight + bias,   mean = 0 where not centred.

#include <cstdint>

namespace corpuscope::compute {

struct NormKind {
  bool centred = false;
  double epsilon = 1e-5;
};

// Mean and 1 / standard deviation of each row go to `statistics` [rows, 2]; `bias` may be null. y may be x.
void norm(const NormKind& kind, std::int64_t rows, std::int64_t width, const float* x, const float* weight,
          const float* bias, float* y, float* statistics);

// dx = gradient (added where `add`), dweight and dbias (may be null) are added to. dx may be dy where not `add`.
void norm_backward(const NormKind& kind, std::int64_t rows, std::int64_t width, const float* x, const float* weight,
                   const float* statistics, const float* dy, float* dx, bool add, float* dweight, float* dbias);

}  // namespace corpuscope::compute
