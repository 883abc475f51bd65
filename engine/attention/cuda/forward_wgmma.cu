#include <atomic>

#include "attention/cuda/forward.inl"
#include "attention/cuda/forward_wgmma.h"
#include "core/error.h"

namespace corpuscope::attention::cuda {

namespace {

std::atomic<bool> chosen = false;

// Heads below 64 are computed as such of 64: nobody has to choose this kernel.
template <typename Call>
void with_warpgroup_dim(int head_dim, const Call& call) {
  with_dim(head_dim > 64 ? head_dim : 64, [&](auto dim) {
    if constexpr (dim() >= 64) call(dim);
  });
}

}  // namespace

bool warpgroups_chosen() { return chosen; }

void forward_warpgroups(const ForwardParams<Bf16>& p, const Plan& plan, float* scratch, std::size_t scratch_bytes,
                        LevelSpan levels, cudaStream_t stream) {
  with_warpgroup_dim(plan.head_dim, [&](auto dim) {
    using Body = ForwardWarpgroups<dim()>;
    static_assert(Body::rows == Forward<Bf16, dim()>::rows, "forward_scratch_bytes is the same for both");
    forward_levels<Body>(p, plan, scratch, scratch_bytes, levels, stream);
  });
}

std::vector<std::string> kernel_names() {
  if (runs_here<ForwardWarpgroups<64>>()) return {"mma", "wgmma"};
  return {"mma"};
}

void force_kernel(const std::string& name) {
  const std::vector<std::string> names = kernel_names();
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
    throw core::Error("this GPU has no attention kernel \"" + name + "\"", "Use mma.");
  chosen = name == "wgmma";
}

}  // namespace corpuscope::attention::cuda
