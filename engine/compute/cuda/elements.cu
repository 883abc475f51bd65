#include "compute/cuda/elements.h"

#include "compute/cuda/launch.h"

namespace corpuscope::compute::cuda {
namespace {

CORPUSCOPE_BODY float normal_cdf(float x) { return 0.5f * (1.0f + erff(x * 0.707106781f)); }

}  // namespace

template <typename From, typename To>
void convert(StreamHandle stream, std::int64_t count, const From* from, To* to) {
  each(stream, count, [=] CORPUSCOPE_BODY(std::int64_t i) { store(to[i], load(from[i])); });
}
template void convert(StreamHandle, std::int64_t, const float*, Bf16*);
template void convert(StreamHandle, std::int64_t, const float*, float*);
template void convert(StreamHandle, std::int64_t, const Bf16*, float*);

void fill(StreamHandle stream, std::int64_t count, float value, float* to) {
  each(stream, count, [=] CORPUSCOPE_BODY(std::int64_t i) { to[i] = value; });
}

template <typename Element>
void multiply(StreamHandle stream, std::int64_t count, std::int64_t period, const float* factors, Element* numbers) {
  each(stream, count,
       [=] CORPUSCOPE_BODY(std::int64_t i) { store(numbers[i], load(numbers[i]) * factors[i % period]); });
}
template void multiply(StreamHandle, std::int64_t, std::int64_t, const float*, float*);
template void multiply(StreamHandle, std::int64_t, std::int64_t, const float*, Bf16*);

template <typename Element>
void gelu(StreamHandle stream, std::int64_t count, const Element* x, Element* y) {
  each(stream, count, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const float number = load(x[i]);
    store(y[i], number * normal_cdf(number));
  });
}
template void gelu(StreamHandle, std::int64_t, const float*, float*);
template void gelu(StreamHandle, std::int64_t, const Bf16*, Bf16*);

template <typename Element>
void gelu_backward(StreamHandle stream, std::int64_t count, const Element* x, const Element* dy, Element* dx) {
  each(stream, count, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const float number = load(x[i]), density = 0.398942280f * expf(-0.5f * number * number);  // 1 / sqrt(2 pi)
    store(dx[i], load(dy[i]) * (normal_cdf(number) + number * density));
  });
}
template void gelu_backward(StreamHandle, std::int64_t, const float*, const float*, float*);
template void gelu_backward(StreamHandle, std::int64_t, const Bf16*, const Bf16*, Bf16*);

template <typename Element>
void swiglu(StreamHandle stream, std::int64_t count, const Element* gate, const Element* up, Element* y) {
  each(stream, count, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const float g = load(gate[i]);
    store(y[i], g / (1.0f + expf(-g)) * load(up[i]));
  });
}
template void swiglu(StreamHandle, std::int64_t, const float*, const float*, float*);
template void swiglu(StreamHandle, std::int64_t, const Bf16*, const Bf16*, Bf16*);

template <typename Element>
void swiglu_backward(StreamHandle stream, std::int64_t count, const Element* gate, const Element* up,
                     const Element* dy, Element* dgate, Element* dup) {
  each(stream, count, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const float g = load(gate[i]), d = load(dy[i]), u = load(up[i]);
    const float sigmoid = 1.0f / (1.0f + expf(-g)), silu = g * sigmoid;
    store(dgate[i], d * u * (sigmoid + silu * (1.0f - sigmoid)));
    store(dup[i], d * silu);
  });
}
template void swiglu_backward(StreamHandle, std::int64_t, const float*, const float*, const float*, float*, float*);
template void swiglu_backward(StreamHandle, std::int64_t, const Bf16*, const Bf16*, const Bf16*, Bf16*, Bf16*);

}  // namespace corpuscope::compute::cuda
