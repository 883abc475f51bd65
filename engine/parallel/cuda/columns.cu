#include "compute/cuda/launch.h"
#include "parallel/cuda/columns.h"

namespace corpuscope::parallel {
namespace {

struct alignas(16) Sixteen {  // what one thread copies at once
  std::uint64_t low, high;
};

}  // namespace

void copy_columns(compute::cuda::StreamHandle stream, std::int64_t rows, std::int64_t bytes, const void* from,
                  std::int64_t from_stride, void* to, std::int64_t to_stride) {
  constexpr std::int64_t unit = sizeof(Sixteen);
  const auto* source = static_cast<const Sixteen*>(from);
  auto* target = static_cast<Sixteen*>(to);
  const std::int64_t width = bytes / unit, source_stride = from_stride / unit, target_stride = to_stride / unit;
  compute::cuda::each(stream, rows * width, [=] CORPUSCOPE_BODY(std::int64_t i) {
    target[i / width * target_stride + i % width] = source[i / width * source_stride + i % width];
  });
}

}  // namespace corpuscope::parallel
