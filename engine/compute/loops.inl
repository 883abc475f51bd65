// Included by loops_<set>.cpp with LOOPS_NAMESPACE set. Everything lies in a namespace of its own and nothing of
// the standard library's inline functions is used, so that no code for a larger instruction set can be linked into
// another one's.
#include "compute/loops.h"

namespace corpuscope::compute::LOOPS_NAMESPACE {
namespace {

// e^x: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its Taylor series to the seventh power (remainder under 6e-9), 2^n
// by writing the exponent bits. Relative error under 2e-7; under -87.3 the result is about 1e-38, above 88 it is
// e^88.
inline float exponential(float x) {
  x = x < -87.3f ? -87.3f : x;  // a NaN passes both comparisons and stays one
  x = x > 88.0f ? 88.0f : x;
  constexpr float round_bias = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer, in the low bits
  const float shifted = x * 1.44269504f + round_bias;
  const float n = shifted - round_bias;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts, the first exact
  float e = 1.0f / 5040;
  e = e * r + 1.0f / 720;
  e = e * r + 1.0f / 120;
  e = e * r + 1.0f / 24;
  e = e * r + 1.0f / 6;
  e = e * r + 0.5f;
  e = e * r + 1.0f;
  e = e * r + 1.0f;
  const std::uint32_t exponent = (__builtin_bit_cast(std::uint32_t, shifted) + 127u) << 23;
  return e * __builtin_bit_cast(float, exponent);
}

// The standard normal distribution's cumulative function, (1 + erf(x / sqrt 2)) / 2, with erf by Abramowitz and
// Stegun 7.1.26: absolute error under 2e-7.
inline float normal_cdf(float x) {
  const float z = (x < 0 ? -x : x) * 0.707106781f;
  const float t = 1.0f / (1.0f + 0.3275911f * z);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const float tail = 0.5f * p * t * exponential(-z * z);
  return x < 0 ? tail : 1.0f - tail;
}

float largest(const float* x, std::int64_t count) {
  float most = x[0];
#pragma omp simd reduction(max : most)
  for (std::int64_t i = 0; i < count; ++i) most = x[i] > most ? x[i] : most;
  return most;
}

float sum_of_exponentials(const float* x, std::int64_t count, float most) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += exponential(x[i] - most);
  return sum;
}

float replace_by_exponentials(float* x, std::int64_t count, float most) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) {
    x[i] = exponential(x[i] - most);
    sum += x[i];
  }
  return sum;
}

void multiply(float* x, std::int64_t count, float factor) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) x[i] *= factor;
}

// A NaN stays one, because those that arithmetic makes have a leading mantissa bit.
inline std::uint16_t rounded_to_bf16(float x) {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x);
  return std::uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

inline float from_bf16(std::uint16_t x) { return __builtin_bit_cast(float, std::uint32_t(x) << 16); }

void round_to_bf16(const float* x, std::int64_t count, std::uint16_t* y) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = rounded_to_bf16(x[i]);
}

void widen_bf16(const std::uint16_t* x, std::int64_t count, float* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = from_bf16(x[i]);
}

void widen_int8(const std::int8_t* x, std::int64_t count, float scale, float* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = float(x[i]) * scale;
}

void int8_to_bf16(const std::int8_t* x, std::int64_t count, float scale, std::uint16_t* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = rounded_to_bf16(float(x[i]) * scale);
}

float dot_bf16(const float* x, const std::uint16_t* y, std::int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += x[i] * from_bf16(y[i]);
  return sum;
}

float dot_int8(const float* x, const std::int8_t* y, std::int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += x[i] * float(y[i]);
  return sum;
}

bool add_and_compare(const float* x, std::int64_t count, float threshold, float* sums) {
  int above = 0;
#pragma omp simd reduction(| : above)
  for (std::int64_t i = 0; i < count; ++i) {
    sums[i] += x[i];
    above |= x[i] > threshold;
  }
  return above != 0;
}

std::int64_t last_above(const float* x, std::int64_t count, float threshold) {
  constexpr std::int64_t step = 16;  // looked at together
  for (; count >= step; count -= step) {
    int above = 0;
#pragma omp simd reduction(| : above)
    for (std::int64_t i = 0; i < step; ++i) above |= x[count - step + i] > threshold;
    if (above) break;
  }
  while (count > 0 && !(x[count - 1] > threshold)) --count;
  return count - 1;
}

void gelu(std::int64_t count, const float* x, float* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] * normal_cdf(x[i]);
}

void gelu_backward(std::int64_t count, const float* x, const float* dy, float* dx) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float density = 0.398942280f * exponential(-0.5f * x[i] * x[i]);  // 1 / sqrt(2 pi)
    dx[i] = dy[i] * (normal_cdf(x[i]) + x[i] * density);
  }
}

void swiglu(std::int64_t count, const float* gate, const float* up, float* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = gate[i] / (1.0f + exponential(-gate[i])) * up[i];
}

void swiglu_backward(std::int64_t count, const float* gate, const float* up, const float* dy, float* dgate,
                     float* dup) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float sigmoid = 1.0f / (1.0f + exponential(-gate[i]));
    const float silu = gate[i] * sigmoid, d = dy[i];
    dgate[i] = d * up[i] * (sigmoid + silu * (1.0f - sigmoid));
    dup[i] = d * silu;
  }
}

double row_mean(const float* x, std::int64_t width) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < width; ++i) sum += double(x[i]);
  return sum / double(width);
}

double row_variance(const float* x, std::int64_t width, double mean) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < width; ++i) sum += (double(x[i]) - mean) * (double(x[i]) - mean);
  return sum / double(width);
}

void norm(bool centred, double epsilon, std::int64_t width, const float* x, const float* weight, const float* bias,
          float* y, float* statistics) {
  const double exact_mean = centred ? row_mean(x, width) : 0.0;
  const float mean = float(exact_mean);
  const float scale = float(1.0 / __builtin_sqrt(row_variance(x, width, exact_mean) + epsilon));
  statistics[0] = mean;
  statistics[1] = scale;
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) y[i] = (x[i] - mean) * scale * weight[i];
  if (!bias) return;
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) y[i] += bias[i];
}

void norm_backward(bool centred, std::int64_t width, const float* x, const float* weight, const float* statistics,
                   const float* dy, float* dx, bool add, float* sums) {
  const float mean = statistics[0], scale = statistics[1];
  float *weight_sums = sums, *bias_sums = sums + width;
  float sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
  for (std::int64_t i = 0; i < width; ++i) {
    const float normal = (x[i] - mean) * scale, g = dy[i] * weight[i];
    sum += g;
    product += g * normal;
    weight_sums[i] += dy[i] * normal;
    bias_sums[i] += dy[i];
  }
  const float g_mean = centred ? sum / float(width) : 0.0f, p_mean = product / float(width);
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) {
    const float normal = (x[i] - mean) * scale;
    const float g = scale * (dy[i] * weight[i] - g_mean - normal * p_mean);
    dx[i] = add ? dx[i] + g : g;
  }
}

void adamw(const AdamWStep& step, std::int64_t count, const float* gradient, float* weight, float* first_moment,
           float* second_moment) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * step.gradient_scale;
    const float m = step.beta1 * first_moment[i] + (1 - step.beta1) * g;
    const float v = step.beta2 * second_moment[i] + (1 - step.beta2) * g * g;
    first_moment[i] = m;
    second_moment[i] = v;
    weight[i] = weight[i] * step.keep - step.rate * m / (__builtin_sqrtf(v * step.unbias2) + step.epsilon);
  }
}

}  // namespace

extern const Loops loops = {largest,
                            sum_of_exponentials,
                            replace_by_exponentials,
                            multiply,
                            round_to_bf16,
                            widen_bf16,
                            widen_int8,
                            int8_to_bf16,
                            dot_bf16,
                            dot_int8,
                            add_and_compare,
                            last_above,
                            gelu,
                            gelu_backward,
                            swiglu,
                            swiglu_backward,
                            norm,
                            norm_backward,
                            adamw};

}  // namespace corpuscope::compute::LOOPS_NAMESPACE
