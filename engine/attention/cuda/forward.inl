// The host's side of the forward pass: one launch a level, from the lowest up, because each goes on from what those below
// have left. Where a span has few rows, levels that would leave most of the chip idle share one launch, in which the
// keys of a tile are split too, and combine.h puts their results together.
#include "attention/cuda/combine.h"
#include "attention/cuda/forward.h"
#include "attention/cuda/plan.h"

namespace corpuscope::attention::cuda {

// forward_wgmma.cu.
bool warpgroups_chosen();
void forward_warpgroups(const ForwardParams<Bf16>& p, const Plan& plan, float* scratch, std::size_t scratch_bytes,
                        LevelSpan levels, cudaStream_t stream);

namespace {

// Constants and not the chip's own number of processors, so that results do not depend on the chip.
constexpr std::int64_t few_rows = 1 << 17;      // of positions times heads: above, combining costs more than it saves
constexpr std::int64_t few_items = 1024;        // blocks that share one launch, before the keys are split
constexpr std::int64_t wanted_items = 512;      // and after
constexpr int fewest_keys = 256;                // of a share

// Which levels share a launch, and their items.
template <typename Body>
struct Shared {
  int first_level;
  Items items;

  Shared(const Plan& plan, const Geometry& g, const KeptLayout& layout, const Span& span, const LevelSpan& levels)
      : first_level(levels.end), items(g) {
    if (span.length * g.columns > few_rows) return;
    std::int64_t count = 0;
    for (; first_level > levels.begin; --first_level) {
      const LevelItems level = level_items(plan, g, layout, first_level - 1, span, Body::rows);
      const std::int64_t more = std::int64_t(level.tiles) * level.slots * g.columns;
      if (count + more > few_items) break;
      count += more;
    }
    if (levels.end - first_level == 1 && count * 2 > wanted_items) ++first_level;  // nothing to share
    for (int k = first_level; k < levels.end; ++k) {
      LevelItems level = level_items(plan, g, layout, k, span, Body::rows);
      const std::int64_t keys = most_rows(plan, k);
      level.splits = int(std::max<std::int64_t>(1, std::min(wanted_items / count, keys / fewest_keys)));
      items.add(level);
    }
  }

  std::size_t out_floats(int head_dim) const { return std::size_t(items.count * Body::rows * head_dim); }
  std::size_t bytes(int head_dim) const {
    return (out_floats(head_dim) + std::size_t(items.count * Body::rows)) * sizeof(float);
  }
};

LevelSpan within(const Geometry& g, LevelSpan levels) {
  levels.begin = std::max(levels.begin, 0);
  levels.end = std::min(levels.end, g.levels);
  return levels;
}

template <typename Body>
void forward_levels(typename Body::Params p, const Plan& plan, float* scratch, std::size_t scratch_bytes,
                    LevelSpan levels, cudaStream_t stream) {
  const KeptLayout layout(plan);
  levels = within(p.g, levels);
  Shared<Body> shared(plan, p.g, layout, p.span, levels);
  if (!scratch || shared.bytes(p.head_dim) > scratch_bytes) shared.first_level = levels.end;
  for (int level = levels.begin; level < shared.first_level; ++level) {
    p.items = Items(p.g);
    p.items.add(level_items(plan, p.g, layout, level, p.span, Body::rows));
    p.fresh = level == 0;
    launch<Body>(p.items.count, p, stream);
  }
  if (shared.first_level == levels.end) return;
  p.items = shared.items;
  p.fresh = shared.first_level == 0;
  p.partial_out = scratch;
  p.partial_lse = scratch + shared.out_floats(p.head_dim);
  launch<Body>(p.items.count, p, stream);
  using Last = Combine<typename Body::Params, Body::rows>;
  launch<Last>((p.span.length * p.g.columns + Last::threads / 32 - 1) / (Last::threads / 32), p, stream);
}

// Whatever levels share the launch.
template <typename Element, int dim>
std::size_t most_scratch_bytes(const Plan& plan, std::int64_t length) {
  if (length * geometry_of(plan).columns > few_rows) return 0;
  return std::size_t(std::max(few_items, wanted_items) * Forward<Element, dim>::rows * (plan.head_dim + 1)) * sizeof(float);
}

}  // namespace

template <typename Element>
void forward(const Plan& plan, const Span& span, const Inputs<Element>& in, const Kept<Element>& kept, float* out,
             float* lse, void* scratch, std::size_t scratch_bytes, cudaStream_t stream, LevelSpan levels) {
  auto p = params_of<ForwardParams<Element>>(plan, span, in, kept);
  p.out = out;
  p.lse = lse;
  if (span.length == 0 || p.g.columns == 0) return;
  float* floats = static_cast<float*>(scratch);
  if constexpr (std::is_same_v<Element, Bf16>)
    if (warpgroups_chosen()) return forward_warpgroups(p, plan, floats, scratch_bytes, levels, stream);
  with_dim(plan.head_dim, [&](auto dim) {
    forward_levels<Forward<Element, dim()>>(p, plan, floats, scratch_bytes, levels, stream);
  });
}

}  // namespace corpuscope::attention::cuda
