#include "attention/cuda/inspect.inl"

namespace corpuscope::attention::cuda {

template void inspect(const Plan&, const InspectionSettings&, const InspectionLayout&, const Span&, const Inputs<float>&,
                      const Kept<float>&, const float*, const InspectionResults&, void*, cudaStream_t);

}  // namespace corpuscope::attention::cuda
