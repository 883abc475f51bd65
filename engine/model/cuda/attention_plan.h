#pragma once
// What a decoder's config asks of the attention on a GPU.

#include <cmath>

#include "attention/cuda/attention.h"
#include "compute/cuda/runtime.h"
#include "model/settings.h"

namespace corpuscope::model::cuda {

// For some of the heads. Throws core::Error where the GPU's kernels cannot compute such heads. Without the rotation's
// table.
inline attention::cuda::Plan plan_of(const Config& config, attention::HeadRange own) {
  attention::cuda::Plan plan;
  plan.settings = attention_settings(config);
  plan.heads = config.heads;
  plan.kv_heads = config.kv_heads;
  plan.head_dim = config.head_dim;
  plan.own = own;
  attention::cuda::check(plan);
  return plan;
}
inline attention::cuda::Plan plan_of(const Config& config) { return plan_of(config, {0, config.heads}); }

// The plan with its rotation table, which lies on the GPU as long as this lives.
class AttentionPlan {
 public:
  AttentionPlan(compute::cuda::Stream& stream, const Config& config)
      : AttentionPlan(stream, config, {0, config.heads}) {}
  AttentionPlan(compute::cuda::Stream& stream, const Config& config, attention::HeadRange own)
      : plan_(plan_of(config, own)) {
    const std::vector<float> table =
        attention::cuda::rotation_table(plan_.settings, plan_.head_dim, plan_.longest);
    if (table.empty()) return;
    const std::int64_t count = std::int64_t(table.size());
    compute::cuda::copy(stream, table_.reserve(count), table.data(), count);
    stream.synchronize();
    plan_.rotation = table_.data();
  }

  const attention::cuda::Plan& get() const { return plan_; }

 private:
  attention::cuda::Plan plan_;
  compute::cuda::Array<float> table_;
};

// Dense q, k and v of all heads.
template <typename Element>
attention::cuda::Inputs<Element> inputs(const Config& config, const Element* q, const Element* k, const Element* v) {
  const std::int64_t kv = std::int64_t(config.kv_heads) * config.head_dim;
  return {q, k, v, std::int64_t(config.heads) * config.head_dim, kv, kv};
}

}  // namespace corpuscope::model::cuda
