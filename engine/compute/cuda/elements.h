#pragma once
// Number by number, on a stream: the twins of compute/activation.h and what lies between float32 and bf16. `Element`
// is float or Bf16; sums and functions are computed in float32.

#include <cstdint>

#include "compute/bf16.h"
#include "compute/cuda/runtime.h"

namespace corpuscope::compute::cuda {

template <typename From, typename To>
void convert(StreamHandle stream, std::int64_t count, const From* from, To* to);

void fill(StreamHandle stream, std::int64_t count, float value, float* to);

// numbers[i] *= factors[i % period].
template <typename Element>
void multiply(StreamHandle stream, std::int64_t count, std::int64_t period, const float* factors, Element* numbers);

template <typename Element>
void gelu(StreamHandle stream, std::int64_t count, const Element* x, Element* y);
template <typename Element>
void gelu_backward(StreamHandle stream, std::int64_t count, const Element* x, const Element* dy, Element* dx);

template <typename Element>
void swiglu(StreamHandle stream, std::int64_t count, const Element* gate, const Element* up, Element* y);
template <typename Element>
void swiglu_backward(StreamHandle stream, std::int64_t count, const Element* gate, const Element* up,
                     const Element* dy, Element* dgate, Element* dup);  // dup may be dy

}  // namespace corpuscope::compute::cuda
