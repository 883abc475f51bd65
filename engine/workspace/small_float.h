#pragma once
// Non-negative numbers in 16 bits: 6 bits of exponent, 10 of mantissa. From 2^-31 to 2^32, to 1 part in 2,048;
// smaller ones become 0, larger ones the largest. Larger or equal before is larger or equal after, so that maxima
// stay maxima.

#include <bit>
#include <cstdint>

namespace corpuscope::workspace {

using SmallFloat = std::uint16_t;

// `value` is finite and not negative.
inline SmallFloat to_small(float value) {
  constexpr std::uint32_t half = 1u << 12;                       // of the last mantissa bit that is kept
  constexpr std::uint32_t bias = std::uint32_t(127 - 32) << 10;  // 2^-31 has exponent 1
  const std::uint32_t bits = (std::bit_cast<std::uint32_t>(value) + half) >> 13;
  if (bits < bias + (1u << 10)) return 0;
  const std::uint32_t code = bits - bias;
  return SmallFloat(code > 0xffff ? 0xffff : code);
}

inline float from_small(SmallFloat code) {
  if (code < (1u << 10)) return 0;
  return std::bit_cast<float>((std::uint32_t(code) + (std::uint32_t(127 - 32) << 10)) << 13);
}

}  // namespace corpuscope::workspace
