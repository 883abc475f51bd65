#include "attention/cuda/forward.inl"

namespace corpuscope::attention::cuda {

template void forward(const Plan&, const Span&, const Inputs<float>&, const Kept<float>&, float*, float*, void*,
                      std::size_t, cudaStream_t, LevelSpan);

}  // namespace corpuscope::attention::cuda
