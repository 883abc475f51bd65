#include "compute/activation.h"

#include "compute/loops.h"
#include "compute/rows.h"

namespace corpuscope::compute {
namespace {

constexpr std::int64_t span = 256;  // numbers that count as one row

// Calls body(first, count) for parts of [0, count).
template <typename Body>
void for_parts(std::int64_t count, const Body& body) {
  for_row_blocks((count + span - 1) / span, [&](std::int64_t first, std::int64_t last, std::int64_t) {
    body(first * span, std::min(count, last * span) - first * span);
  });
}

}  // namespace

void gelu(std::int64_t count, const float* x, float* y) {
  for_parts(count, [=](std::int64_t at, std::int64_t n) { loops().gelu(n, x + at, y + at); });
}

void gelu_backward(std::int64_t count, const float* x, const float* dy, float* dx) {
  for_parts(count, [=](std::int64_t at, std::int64_t n) { loops().gelu_backward(n, x + at, dy + at, dx + at); });
}

void swiglu(std::int64_t count, const float* gate, const float* up, float* y) {
  for_parts(count, [=](std::int64_t at, std::int64_t n) { loops().swiglu(n, gate + at, up + at, y + at); });
}

void swiglu_backward(std::int64_t count, const float* gate, const float* up, const float* dy, float* dgate,
                     float* dup) {
  for_parts(count, [=](std::int64_t at, std::int64_t n) {
    loops().swiglu_backward(n, gate + at, up + at, dy + at, dgate + at, dup + at);
  });
}

}  // namespace corpuscope::compute
