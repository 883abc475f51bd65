#include "attention/cuda/backward.inl"

namespace corpuscope::attention::cuda {

template void backward(const Plan&, const Span&, const Inputs<Bf16>&, const Kept<Bf16>&, const Bf16*, std::int64_t,
                       const float*, const float*, float*, float*, float*, float*, const KeptGradients&, cudaStream_t,
                       LevelSpan);

}  // namespace corpuscope::attention::cuda
