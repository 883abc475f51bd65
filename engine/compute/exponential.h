#pragma once
// e^x in float32 by operations that vectorise: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its Taylor series to the
// seventh power (remainder under 6e-9), 2^n by writing the exponent bits. Relative error under 2e-7; under
// -87.3 the result is about 1e-38 instead of a smaller number, above 88 it is e^88.

#include <bit>
#include <cstdint>

namespace corpuscope::compute {

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
  const std::uint32_t exponent = (std::bit_cast<std::uint32_t>(shifted) + 127u) << 23;
  return e * std::bit_cast<float>(exponent);
}

}  // namespace corpuscope::compute
