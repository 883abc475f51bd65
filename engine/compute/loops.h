#pragma once
// The loops over long rows of numbers, built once for each instruction set; the best that the processor has is
// chosen at run time. What they compute is said where they are used: activation.h, cross_entropy.h, matmul_bf16.h,
// weight.h, norm.h, adamw.h.

#include <cstdint>

namespace corpuscope::compute {

// Constants of one AdamW step.
struct AdamWStep {
  float beta1, beta2, epsilon;
  float keep;     // 1 - learning rate * weight decay
  float rate;     // learning rate / (1 - beta1^step)
  float unbias2;  // 1 / (1 - beta2^step)
  float gradient_scale;
};

struct Loops {
  float (*largest)(const float* x, std::int64_t count);
  float (*sum_of_exponentials)(const float* x, std::int64_t count, float most);  // of x - most
  float (*replace_by_exponentials)(float* x, std::int64_t count, float most);    // gives their sum
  void (*multiply)(float* x, std::int64_t count, float factor);
  void (*round_to_bf16)(const float* x, std::int64_t count, std::uint16_t* y);  // to the nearest, ties to even
  // Of stored weights (compute/weight.h): as float32, as bf16, and multiplied with a row of float32.
  void (*widen_bf16)(const std::uint16_t* x, std::int64_t count, float* y);
  void (*widen_int8)(const std::int8_t* x, std::int64_t count, float scale, float* y);
  void (*int8_to_bf16)(const std::int8_t* x, std::int64_t count, float scale, std::uint16_t* y);
  float (*dot_bf16)(const float* x, const std::uint16_t* y, std::int64_t count);
  float (*dot_int8)(const float* x, const std::int8_t* y, std::int64_t count);
  // Adds x to `sums`; tells whether one of x lies above the threshold.
  bool (*add_and_compare)(const float* x, std::int64_t count, float threshold, float* sums);
  // The last index whose number lies above the threshold; -1 where there is none.
  std::int64_t (*last_above)(const float* x, std::int64_t count, float threshold);
  void (*gelu)(std::int64_t count, const float* x, float* y);
  void (*gelu_backward)(std::int64_t count, const float* x, const float* dy, float* dx);
  void (*swiglu)(std::int64_t count, const float* gate, const float* up, float* y);
  void (*swiglu_backward)(std::int64_t count, const float* gate, const float* up, const float* dy, float* dgate,
                          float* dup);
  // One row. `statistics`: mean, 1 / standard deviation.
  void (*norm)(bool centred, double epsilon, std::int64_t width, const float* x, const float* weight,
               const float* bias, float* y, float* statistics);
  // `sums`: the gradients of the weight [width], then of the bias [width]; both are added to.
  void (*norm_backward)(bool centred, std::int64_t width, const float* x, const float* weight,
                        const float* statistics, const float* dy, float* dx, bool add, float* sums);
  void (*adamw)(const AdamWStep& step, std::int64_t count, const float* gradient, float* weight, float* first_moment,
                float* second_moment);
};

const Loops& loops();

namespace portable {
extern const Loops loops;
}
namespace avx2 {
extern const Loops loops;
}
namespace avx512 {
extern const Loops loops;
}

}  // namespace corpuscope::compute
