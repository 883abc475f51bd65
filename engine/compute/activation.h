#pragma once
// The non-linear parts of the feed-forward layers, over `count` numbers.
//   gelu(x) = x (1 + erf(x / sqrt 2)) / 2            (Hendrycks and Gimpel, arXiv 1606.08415, the exact form)
//   swiglu(g, u) = g / (1 + e^-g) * u                (Shazeer, arXiv 2002.05202)

#include <cstdint>

namespace corpuscope::compute {

void gelu(std::int64_t count, const float* x, float* y);
void gelu_backward(std::int64_t count, const float* x, const float* dy, float* dx);  // dx may be dy

void swiglu(std::int64_t count, const float* gate, const float* up, float* y);
// dup may be dy.
void swiglu_backward(std::int64_t count, const float* gate, const float* up, const float* dy, float* dgate,
                     float* dup);

}  // namespace corpuscope::compute
