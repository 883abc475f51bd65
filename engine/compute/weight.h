#pragma once
// A weight matrix [out, in] as it lies in memory, perhaps in a mapped file: float32, bf16, or int8 with one float32
// scale a row (a number is its int8 times the scale of its row). Products with it need no second copy: what the
// precision of the products asks for is expanded in panels that stay in the cache.

#include <cstddef>
#include <cstdint>

#include "compute/bf16.h"

namespace corpuscope::compute {

struct Weight {
  const float* f32 = nullptr;  // of the three, one is set; none where there is no such weight
  const Bf16* bf16 = nullptr;
  const std::int8_t* int8 = nullptr;
  const float* scales = nullptr;  // [out], of int8

  Weight() = default;
  Weight(std::nullptr_t) {}
  Weight(const float* numbers) : f32(numbers) {}

  explicit operator bool() const { return f32 || bf16 || int8; }
};

// The numbers of rows first .. first + rows - 1, [rows, in].
void expand(const Weight& weight, std::int64_t in, std::int64_t first, std::int64_t rows, float* numbers);

// The same rows as products take them: where they lie, or expanded into the calling thread's room until its next call.
const float* float_rows(const Weight& weight, std::int64_t in, std::int64_t first, std::int64_t rows);
const Bf16* bf16_rows(const Weight& weight, std::int64_t in, std::int64_t first, std::int64_t rows);

// As `linear` of compute/matmul.h. Int8 weights are not multiplied as such, which would round the activations too: where
// 2 of 1024 features are 30 times the others, as outliers are, an error of 1.3 % would become one of 9 %.
void linear(std::int64_t rows, std::int64_t in, std::int64_t out, const float* x, const Weight& weight,
            const float* bias, float* y, bool add = false);

// numbers[i] is about quantised[i] * the result; symmetric, -127 .. 127, to the nearest.
float quantise_row(const float* numbers, std::int64_t count, std::int8_t* quantised);

}  // namespace corpuscope::compute
