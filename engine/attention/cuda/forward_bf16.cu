#include "attention/cuda/forward.inl"

namespace corpuscope::attention::cuda {

template void forward(const Plan&, const Span&, const Inputs<Bf16>&, const Kept<Bf16>&, float*, float*, void*,
                      std::size_t, cudaStream_t, LevelSpan);

std::size_t forward_scratch_bytes(const Plan& plan, std::int64_t length) {
  // float32 tiles have fewer rows and do not ask for more.
  std::size_t bytes = 0;
  with_dim(plan.head_dim, [&](auto dim) { bytes = most_scratch_bytes<Bf16, dim()>(plan, length); });
  return bytes;
}

}  // namespace corpuscope::attention::cuda
