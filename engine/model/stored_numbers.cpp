#include "model/stored_numbers.h"

#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace corpuscope::model {
namespace {

using Byte = std::uint8_t;

struct Form {
  NumberForm form;
  const char* name;
  FormSize block;
};

constexpr std::array<Form, 9> forms{{{NumberForm::f32, "F32", {1, 4}},
                                     {NumberForm::f16, "F16", {1, 2}},
                                     {NumberForm::bf16, "BF16", {1, 2}},
                                     {NumberForm::int8, "I8", {1, 1}},
                                     {NumberForm::q8_0, "Q8_0", {32, 34}},
                                     {NumberForm::q4_0, "Q4_0", {32, 18}},
                                     {NumberForm::q4_k, "Q4_K", {256, 144}},
                                     {NumberForm::q5_k, "Q5_K", {256, 176}},
                                     {NumberForm::q6_k, "Q6_K", {256, 210}}}};

const Form& of(NumberForm form) { return forms[std::size_t(form)]; }

float from_half(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t(bits & 0x8000u) << 16, exponent = (bits >> 10) & 31u,
                      mantissa = bits & 1023u;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
  const float small = float(mantissa) * 0x1p-24f;
  return sign ? -small : small;
}

float from_bfloat(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t(bits) << 16); }

std::uint16_t sixteen_bits(const Byte* at) { return std::uint16_t(at[0] | at[1] << 8); }
float half_at(const Byte* at) { return from_half(sixteen_bits(at)); }

// Scale, 32 numbers of 8 bits.
void block_q8_0(const Byte* block, float* y) {
  const float scale = half_at(block);
  for (int i = 0; i < 32; ++i) y[i] = scale * float(std::int8_t(block[2 + i]));
}

// Scale, 32 numbers of 4 bits less 8: the low halves of 16 bytes, then the high ones.
void block_q4_0(const Byte* block, float* y) {
  const float scale = half_at(block);
  for (int i = 0; i < 16; ++i) {
    y[i] = scale * float((block[2 + i] & 15) - 8);
    y[i + 16] = scale * float((block[2 + i] >> 4) - 8);
  }
}

// Scale and minimum of one of the 8 parts of a block, 6 bits each, in 12 bytes.
struct Part {
  float scale, least;
};

Part part_at(const Byte* packed, int part, float scale, float least) {
  if (part < 4) return {scale * float(packed[part] & 63), least * float(packed[part + 4] & 63)};
  const int s = (packed[part + 4] & 15) | (packed[part - 4] >> 6) << 4;
  const int m = (packed[part + 4] >> 4) | (packed[part] >> 6) << 4;
  return {scale * float(s), least * float(m)};
}

// Scale of scales, scale of minima, 8 parts' scales and minima, [a fifth bit for 256 numbers,] 256 of 4 bits: the low
// halves of 32 bytes are one part, the high ones the next.
void block_q45_k(const Byte* block, float* y, bool fifth) {
  const float scale = half_at(block), least = half_at(block + 2);
  const Byte *packed = block + 4, *high = block + 16, *low = fifth ? block + 48 : block + 16;
  for (int part = 0; part < 8; ++part, y += 32) {
    const auto [s, m] = part_at(packed, part, scale, least);
    for (int i = 0; i < 32; ++i) {
      const Byte pair = low[part / 2 * 32 + i];
      const int bit = fifth ? (high[i] >> part & 1) << 4 : 0;
      y[i] = s * float((part % 2 ? pair >> 4 : pair & 15) | bit) - m;
    }
  }
}

// 256 numbers of 4 low bits, their 2 high bits, 16 scales of 8 bits, the scale of these.
void block_q6_k(const Byte* block, float* y) {
  const float scale = half_at(block + 208);
  for (int half = 0; half < 2; ++half, y += 128) {
    const Byte *low = block + half * 64, *high = block + 128 + half * 32, *scales = block + 192 + half * 8;
    for (int quarter = 0; quarter < 4; ++quarter)
      for (int i = 0; i < 32; ++i) {
        const Byte pair = low[quarter % 2 * 32 + i];
        const int number = (quarter < 2 ? pair & 15 : pair >> 4) | (high[i] >> 2 * quarter & 3) << 4;
        y[quarter * 32 + i] = scale * float(std::int8_t(scales[quarter * 2 + i / 16])) * float(number - 32);
      }
  }
}

void block(NumberForm form, const Byte* from, float* y) {
  switch (form) {
    case NumberForm::q8_0: return block_q8_0(from, y);
    case NumberForm::q4_0: return block_q4_0(from, y);
    case NumberForm::q4_k: return block_q45_k(from, y, false);
    case NumberForm::q5_k: return block_q45_k(from, y, true);
    case NumberForm::q6_k: return block_q6_k(from, y);
    case NumberForm::f16: *y = half_at(from); return;
    case NumberForm::bf16: *y = from_bfloat(sixteen_bits(from)); return;
    case NumberForm::int8: *y = float(std::int8_t(*from)); return;
    case NumberForm::f32: std::memcpy(y, from, 4); return;
  }
}

}  // namespace

FormSize block_of(NumberForm form) { return of(form).block; }
std::string name(NumberForm form) { return of(form).name; }

std::optional<std::uint64_t> bytes_of(NumberForm form, std::uint64_t count) {
  const auto [numbers, bytes] = of(form).block;
  const std::uint64_t most = std::uint64_t(std::numeric_limits<std::int64_t>::max()) / 4;
  if (count > most || count % std::uint64_t(numbers) != 0) return std::nullopt;
  return count / std::uint64_t(numbers) * std::uint64_t(bytes);
}

void to_float(NumberForm form, const std::byte* stored, std::int64_t count, float* numbers) {
  const auto size = of(form).block;
  const auto* from = reinterpret_cast<const Byte*>(stored);
  if (form == NumberForm::f32) {
    std::memcpy(numbers, from, std::size_t(count) * 4);
    return;
  }
  for (std::int64_t at = 0; at < count; at += size.numbers, from += size.bytes) block(form, from, numbers + at);
}

}  // namespace corpuscope::model
