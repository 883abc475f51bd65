#pragma once
// Sums on a stream, always in the same order: over the rows of a matrix for gradients, over all of an array for norms.

#include <cstdint>

#include "compute/bf16.h"
#include "compute/cuda/runtime.h"

namespace corpuscope::compute::cuda {

// Rows that one thread adds up; their sums are added behind it.
inline constexpr std::int64_t rows_a_slab = 64;
inline std::int64_t slabs_of(std::int64_t rows) { return (rows + rows_a_slab - 1) / rows_a_slab; }
inline std::int64_t column_sums_room(std::int64_t rows, std::int64_t width) { return slabs_of(rows) * width; }

// total[i] += column sums of x [rows, width]; `partial` has room for column_sums_room(rows, width) numbers.
template <typename Element>
void add_column_sums(StreamHandle stream, std::int64_t rows, std::int64_t width, const Element* x, float* total,
                     float* partial);

// total[i] += the sum of column `first + i` of partial sums [slabs, stride].
void add_slabs(StreamHandle stream, std::int64_t slabs, std::int64_t stride, std::int64_t first, std::int64_t width,
               const float* partial, float* total);

// result = sum of x^2; *total += factor * sum of x. `partial` has room for sum_room(count) numbers.
std::int64_t sum_room(std::int64_t count);
void sum_of_squares(StreamHandle stream, std::int64_t count, const float* x, double* result, double* partial);
void add_sum(StreamHandle stream, std::int64_t count, const float* x, double factor, double* total, double* partial);

}  // namespace corpuscope::compute::cuda
