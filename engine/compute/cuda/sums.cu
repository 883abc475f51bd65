#include "compute/cuda/sums.h"

#include "compute/cuda/launch.h"

namespace corpuscope::compute::cuda {
namespace {

constexpr std::int64_t numbers_a_part = 1 << 14;

// One part after the other in `partial`, then all of them; `map` gives the number that counts for x[i].
template <typename Map>
void sum_parts(StreamHandle stream, std::int64_t count, double* partial, Map map) {
  const std::int64_t parts = sum_room(count);
  rows<256>(stream, parts, [=] CORPUSCOPE_BODY(std::int64_t part, const auto& group) {
    const std::int64_t first = part * numbers_a_part;
    const std::int64_t end = first + numbers_a_part < count ? first + numbers_a_part : count;
    double sum = 0;
    for (std::int64_t i = first + group.lane(); i < end; i += group.size()) sum += map(i);
    sum = group.sum(sum);
    if (group.lane() == 0) partial[part] = sum;
  });
}

void gather_parts(StreamHandle stream, std::int64_t parts, const double* partial, double* result, bool add,
                  double factor) {
  rows<256>(stream, 1, [=] CORPUSCOPE_BODY(std::int64_t, const auto& group) {
    double sum = 0;
    for (std::int64_t i = group.lane(); i < parts; i += group.size()) sum += partial[i];
    sum = group.sum(sum);
    if (group.lane() == 0) *result = add ? *result + factor * sum : sum;
  });
}

struct Square {
  const float* x;
  CORPUSCOPE_BODY double operator()(std::int64_t i) const { return double(x[i]) * double(x[i]); }
};
struct Itself {
  const float* x;
  CORPUSCOPE_BODY double operator()(std::int64_t i) const { return double(x[i]); }
};

}  // namespace

template <typename Element>
void add_column_sums(StreamHandle stream, std::int64_t rows, std::int64_t width, const Element* x, float* total,
                     float* partial) {
  each(stream, slabs_of(rows) * width, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const std::int64_t first = i / width * rows_a_slab, column = i % width;
    const std::int64_t end = first + rows_a_slab < rows ? first + rows_a_slab : rows;
    float sum = 0;
    for (std::int64_t row = first; row < end; ++row) sum += load(x[row * width + column]);
    partial[i] = sum;
  });
  add_slabs(stream, slabs_of(rows), width, 0, width, partial, total);
}
template void add_column_sums(StreamHandle, std::int64_t, std::int64_t, const float*, float*, float*);
template void add_column_sums(StreamHandle, std::int64_t, std::int64_t, const Bf16*, float*, float*);

void add_slabs(StreamHandle stream, std::int64_t slabs, std::int64_t stride, std::int64_t first, std::int64_t width,
               const float* partial, float* total) {
  each(stream, width, [=] CORPUSCOPE_BODY(std::int64_t i) {
    float sum = 0;
    for (std::int64_t slab = 0; slab < slabs; ++slab) sum += partial[slab * stride + first + i];
    total[i] += sum;
  });
}

std::int64_t sum_room(std::int64_t count) { return (count + numbers_a_part - 1) / numbers_a_part; }

void sum_of_squares(StreamHandle stream, std::int64_t count, const float* x, double* result, double* partial) {
  sum_parts(stream, count, partial, Square{x});
  gather_parts(stream, sum_room(count), partial, result, false, 1);
}

void add_sum(StreamHandle stream, std::int64_t count, const float* x, double factor, double* total, double* partial) {
  sum_parts(stream, count, partial, Itself{x});
  gather_parts(stream, sum_room(count), partial, total, true, factor);
}

}  // namespace corpuscope::compute::cuda
