// The host's side of the inspection.
#include "attention/cuda/inspect.h"
#include "attention/cuda/plan.h"

namespace corpuscope::attention::cuda {

namespace {

template <typename Element, int dim>
void inspect_level(InspectParams<Element>& p, const LevelItems& of_queries, const LevelItems& of_keys,
                   LevelItems of_strips, cudaStream_t stream) {
  const auto start = [&](auto body, const LevelItems& items) {
    p.items = Items(p.g);
    p.items.add(items);
    launch<decltype(body)>(p.items.count, p, stream);
  };
  start(Received<Element, dim>(), of_keys);
  start(Pool<Element>(), of_strips);
  if (p.edges == 0) return;
  if (p.edges <= 4)
    start(Strongest<Element, dim, 4>(), of_queries);
  else
    start(Strongest<Element, dim, most_edges>(), of_queries);
}

}  // namespace

template <typename Element>
void inspect(const Plan& plan, const InspectionSettings& settings, const InspectionLayout& layout, const Span& span,
             const Inputs<Element>& in, const Kept<Element>& kept, const float* lse, const InspectionResults& results,
             void* scratch, cudaStream_t stream) {
  auto p = params_of<InspectParams<Element>>(plan, span, in, kept);
  if (span.length == 0 || p.g.columns == 0) return;
  p.lse = lse;
  p.length = settings.length;
  p.strips = settings.strips;
  p.edges = settings.edges;
  p.lists = static_cast<Edge*>(scratch);
  p.chosen = results.edges;
  float* const sums = reinterpret_cast<float*>(p.lists + span.length * p.g.columns * settings.edges);
  const KeptLayout kept_layout(plan);
  using Shape = BackwardShape<Element>;
  constexpr int rows = 16 * Shape::mt * Shape::warps;
  for (int level = 0; level < p.g.levels; ++level) {
    p.first_level = level == 0;
    p.segments = layout.segments(level);
    p.capacity = layout.capacity(level);
    p.received = results.received + layout.received(level, 0, 0);
    p.maps = results.maps + layout.map(level, 0, 0);
    p.sums = sums;
    const LevelItems of_queries = level_items(plan, p.g, kept_layout, level, span, rows);
    const LevelItems of_keys = level_items(plan, p.g, kept_layout, level, span, rows, true);
    LevelItems of_strips = of_queries;
    of_strips.tiles = settings.strips;
    of_strips.slots = layout.segments(level);
    with_dim(plan.head_dim,
             [&](auto dim) { inspect_level<Element, dim()>(p, of_queries, of_keys, of_strips, stream); });
  }
  using Last = Choose<Element>;
  if (p.edges > 0) launch<Last>((span.length + Last::threads - 1) / Last::threads, p, stream);
}

}  // namespace corpuscope::attention::cuda
