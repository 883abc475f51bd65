#pragma once
// bf16: the upper half of a float32. Eight bits of mantissa, the range of float32.

#include <bit>
#include <cstdint>

namespace corpuscope::compute {

using Bf16 = std::uint16_t;

// Rounded to the nearest, ties to even. A NaN stays one, because those that arithmetic makes have a leading mantissa
// bit.
inline Bf16 to_bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return Bf16((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

inline float to_float(Bf16 x) { return std::bit_cast<float>(std::uint32_t(x) << 16); }

}  // namespace corpuscope::compute
