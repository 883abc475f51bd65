#include "compute/weight.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "compute/loops.h"
#include "compute/matmul.h"
#include "compute/matmul_bf16.h"
#include "compute/precision.h"
#include "compute/product.h"
#include "compute/rows.h"
#include "core/parallel.h"

namespace corpuscope::compute {
namespace {

// Up to here each row of the weights is read once and multiplied as it is; above, panels of it are expanded.
constexpr std::int64_t few_rows = 4;

struct Linear {
  std::int64_t rows, in, out;
  const float* x;
  const Weight& weight;
  float* y;
  bool add;
};

// Calls body(first, count) for the parts of [0, out), several at a time; the parts do not depend on the threads.
template <typename Body>
void for_parts(std::int64_t out, std::int64_t in, const Body& body) {
  // 256 rows make up for packing the activations anew for each panel; a panel stays under 16 MB.
  const std::int64_t side = std::clamp<std::int64_t>((std::int64_t(4) << 20) / in, 16, 256);
  const std::int64_t parts = (out + side - 1) / side;
  core::parallel_for(parts, [&](std::int64_t i) {
    const std::int64_t first = out * i / parts;
    body(first, out * (i + 1) / parts - first);
  });
}

void by_dots(const Linear& l) {
  for_parts(l.out, l.in, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t o = first; o < first + count; ++o)
      for (std::int64_t row = 0; row < l.rows; ++row) {
        const float* x = l.x + row * l.in;
        const float sum = l.weight.bf16 ? loops().dot_bf16(x, l.weight.bf16 + o * l.in, l.in)
                                        : loops().dot_int8(x, l.weight.int8 + o * l.in, l.in) * l.weight.scales[o];
        float& y = l.y[row * l.out + o];
        y = l.add ? y + sum : sum;
      }
  });
}

template <typename Number>
Number* panel(std::int64_t count) {
  thread_local std::vector<Number> room;
  if (std::int64_t(room.size()) < count) room.resize(std::size_t(count));
  return room.data();
}

void by_float_panels(const Linear& l) {
  for_parts(l.out, l.in, [&](std::int64_t first, std::int64_t count) {
    const float* numbers = float_rows(l.weight, l.in, first, count);
    product_here(false, true, l.rows, count, l.in, l.x, l.in, numbers, l.in, l.add ? 1.0f : 0.0f, l.y + first, l.out);
  });
}

void by_bf16(const Linear& l) {
  const Bf16* x = rounded(l.x, l.rows * l.in, 0);
  for_parts(l.out, l.in, [&](std::int64_t first, std::int64_t count) {
    product_here(false, true, l.rows, count, l.in, x, l.in, bf16_rows(l.weight, l.in, first, count), l.in, l.add ? 1.0f : 0.0f,
                 l.y + first, l.out);
  });
}

}  // namespace

void expand(const Weight& weight, std::int64_t in, std::int64_t first, std::int64_t rows, float* numbers) {
  if (weight.f32) {
    std::copy_n(weight.f32 + first * in, rows * in, numbers);
  } else if (weight.bf16) {
    loops().widen_bf16(weight.bf16 + first * in, rows * in, numbers);
  } else {
    for (std::int64_t i = first; i < first + rows; ++i)
      loops().widen_int8(weight.int8 + i * in, in, weight.scales[i], numbers + (i - first) * in);
  }
}

const float* float_rows(const Weight& weight, std::int64_t in, std::int64_t first, std::int64_t rows) {
  if (weight.f32) return weight.f32 + first * in;
  float* numbers = panel<float>(rows * in);
  expand(weight, in, first, rows, numbers);
  return numbers;
}

const Bf16* bf16_rows(const Weight& weight, std::int64_t in, std::int64_t first, std::int64_t rows) {
  if (weight.bf16) return weight.bf16 + first * in;
  Bf16* numbers = panel<Bf16>(rows * in);
  if (weight.f32) {
    loops().round_to_bf16(weight.f32 + first * in, rows * in, numbers);
  } else {
    for (std::int64_t i = 0; i < rows; ++i)
      loops().int8_to_bf16(weight.int8 + (first + i) * in, in, weight.scales[first + i], numbers + i * in);
  }
  return numbers;
}

void linear(std::int64_t rows, std::int64_t in, std::int64_t out, const float* x, const Weight& weight,
            const float* bias, float* y, bool add) {
  if (weight.f32) return linear(rows, in, out, x, weight.f32, bias, y, add);
  if (rows == 0 || out == 0) return;
  const Linear product{rows, in, out, x, weight, y, add};
  if (rows <= few_rows)
    by_dots(product);
  else if (precision() == Precision::bf16)
    by_bf16(product);
  else
    by_float_panels(product);
  if (bias) add_to_rows(rows, out, bias, y);
}

float quantise_row(const float* numbers, std::int64_t count, std::int8_t* quantised) {
  float most = 0;
  for (std::int64_t i = 0; i < count; ++i) most = std::max(most, std::abs(numbers[i]));
  // Below the normal numbers there is no 1 / scale: such a row is zero.
  const float scale = most / 127 < std::numeric_limits<float>::min() ? 0 : most / 127, inverse = scale > 0 ? 1 / scale : 0;
  for (std::int64_t i = 0; i < count; ++i)
    quantised[i] = std::int8_t(std::clamp(std::nearbyint(numbers[i] * inverse), -127.0f, 127.0f));
  return scale;
}

}  // namespace corpuscope::compute
