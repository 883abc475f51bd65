#pragma once
// Loops over rows in blocks whose size does not depend on the number of threads, so that sums over rows come out
// the same on every machine.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/parallel.h"

namespace corpuscope::compute {

inline constexpr std::int64_t row_block = 64;

// Calls body(first, last, block) for the blocks of [0, rows), several at a time where there are enough of them to be
// worth waking other threads.
template <typename Body>
void for_row_blocks(std::int64_t rows, const Body& body) {
  const std::int64_t blocks = (rows + row_block - 1) / row_block;
  const auto run = [&](std::int64_t block) {
    body(block * row_block, std::min(rows, (block + 1) * row_block), block);
  };
  if (blocks >= 4)
    core::parallel_for(blocks, run);
  else
    for (std::int64_t block = 0; block < blocks; ++block) run(block);
}

// Sums over rows: body(first, last, sums) adds its rows to `sums` [width], and all of them are added to `total`.
template <typename Body>
void sum_over_rows(std::int64_t rows, std::int64_t width, float* total, const Body& body) {
  const std::int64_t blocks = (rows + row_block - 1) / row_block;
  std::vector<float> partial(std::size_t(blocks * width), 0.0f);
  for_row_blocks(rows, [&](std::int64_t first, std::int64_t last, std::int64_t block) {
    body(first, last, partial.data() + block * width);
  });
  for (std::int64_t block = 0; block < blocks; ++block)
    for (std::int64_t i = 0; i < width; ++i) total[i] += partial[std::size_t(block * width + i)];
}

// row += bias for each row of y [rows, width].
inline void add_to_rows(std::int64_t rows, std::int64_t width, const float* bias, float* y) {
  for_row_blocks(rows, [&](std::int64_t first, std::int64_t last, std::int64_t) {
    for (std::int64_t row = first; row < last; ++row)
      for (std::int64_t i = 0; i < width; ++i) y[row * width + i] += bias[i];
  });
}

}  // namespace corpuscope::compute
