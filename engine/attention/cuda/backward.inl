// The host's side of the backward pass. Levels one after the other, because each adds to the gradients of those below;
// heads that share keys and values one after the other for the same reason.
#include "attention/cuda/backward.h"
#include "attention/cuda/plan.h"

namespace corpuscope::attention::cuda {

namespace {

template <typename Element, int dim>
void backward_levels(BackwardParams<Element> p, const Plan& plan, LevelSpan levels, cudaStream_t stream) {
  using Rows = Delta<Element>;
  using Queries = BackwardQueries<Element, dim>;
  using Keys = BackwardKeys<Element, dim>;
  const KeptLayout layout(plan);
  launch<Rows>((p.span.length * p.g.columns + Rows::threads / 32 - 1) / (Rows::threads / 32), p, stream);
  for (int level = std::max(levels.begin, 0); level < std::min(levels.end, p.g.levels); ++level) {
    p.fresh = level == 0;
    p.items = Items(p.g);
    p.items.add(level_items(plan, p.g, layout, level, p.span, Queries::rows));
    launch<Queries>(p.items.count, p, stream);
    for (int member = 0; member < p.g.group; ++member) {
      p.items = Items(p.g, member);
      p.items.add(level_items(plan, p.g, layout, level, p.span, Keys::rows, p.span.begin > 0 || p.span.device_begin));
      launch<Keys>(p.items.count, p, stream);
    }
  }
}

}  // namespace

template <typename Element>
void backward(const Plan& plan, const Span& span, const Inputs<Element>& in, const Kept<Element>& kept,
              const Element* dout, std::int64_t dout_stride, const float* out, const float* lse, float* delta,
              float* dq, float* dk, float* dv, const KeptGradients& kept_gradients, cudaStream_t stream,
              LevelSpan levels) {
  auto p = params_of<BackwardParams<Element>>(plan, span, in, kept);
  p.dout = dout;
  p.dout_stride = dout_stride;
  p.out = out;
  p.lse = lse;
  p.delta = delta;
  p.dq = dq;
  p.dk = dk;
  p.dv = dv;
  p.kept_gradients = kept_gradients;
  if (span.length == 0 || p.g.columns == 0) return;
  with_dim(plan.head_dim, [&](auto dim) { backward_levels<Element, dim()>(p, plan, levels, stream); });
}

}  // namespace corpuscope::attention::cuda
