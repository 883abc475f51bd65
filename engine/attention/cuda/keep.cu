#include "attention/cuda/keep.h"

#include "attention/cuda/plan.h"

namespace corpuscope::attention::cuda {

template <typename Element>
void keep(const Plan& plan, const Span& span, const Inputs<Element>& in, const Kept<Element>& kept,
          cudaStream_t stream) {
  auto p = params_of<Common<Element>>(plan, span, in, kept);
  if (span.length == 0 || p.g.columns == 0) return;
  const KeptLayout layout(plan);
  p.items = Items(p.g);
  for (int level = 0; level < p.g.levels; ++level) {
    LevelItems items = level_items(plan, p.g, layout, level, span, Keep<Element>::rows);
    items.slots = 1;  // the open segment
    p.items.add(items);
  }
  launch<Keep<Element>>(p.items.count, p, stream);
}

template <typename Element>
void scale_keys(const Plan& plan, const float* factors, const Kept<Element>& kept, cudaStream_t stream) {
  using Body = ScaleKeys<Element>;
  const std::int64_t count = KeptLayout(plan).elements();
  launch<Body>((count + Body::threads - 1) / Body::threads, {kept.k, count, factors, plan.head_dim}, stream);
}

void advance(std::int64_t* device_begin, std::int64_t length, cudaStream_t stream) {
  launch<Advance>(1, {device_begin, length}, stream);
}

template void keep(const Plan&, const Span&, const Inputs<Bf16>&, const Kept<Bf16>&, cudaStream_t);
template void keep(const Plan&, const Span&, const Inputs<float>&, const Kept<float>&, cudaStream_t);
template void scale_keys(const Plan&, const float*, const Kept<Bf16>&, cudaStream_t);
template void scale_keys(const Plan&, const float*, const Kept<float>&, cudaStream_t);

}  // namespace corpuscope::attention::cuda
