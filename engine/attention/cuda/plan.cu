#include <algorithm>
#include <cmath>

#include "attention/cuda/attention.h"
#include "attention/cuda/plan.h"
#include "core/error.h"

namespace corpuscope::attention::cuda {

HeadRange Plan::own_kv() const {
  const int shared = heads / kv_heads;
  return {own.begin / shared, own.count() > 0 ? (own.end - 1) / shared + 1 : own.begin / shared};
}

void check(const Plan& plan) {
  pattern::check(plan.settings.pattern, plan.heads);
  if (plan.kv_heads < 1 || plan.heads % plan.kv_heads != 0)
    throw core::Error("the attention's shape is impossible", "Heads must be a multiple of the key and value heads.");
  if (plan.own.begin < 0 || plan.own.begin > plan.own.end || plan.own.end > plan.heads)
    throw core::Error("the attention was asked for heads that there are not");
  const int unit = plan.settings.rotary.base > 0 ? 16 : 8;
  if (plan.head_dim < unit || plan.head_dim > most_head_dim || plan.head_dim % unit != 0)
    throw core::Error("heads of " + std::to_string(plan.head_dim) + " numbers cannot be computed on the GPU",
                      "Use a multiple of " + std::to_string(unit) + " up to 128, or the CPU.");
  if (int(plan.settings.pattern.levels.size()) > most_levels)
    throw core::Error("the attention pattern has more than " + std::to_string(most_levels) + " levels",
                      "Use fewer levels, or the CPU.");
  if (!(plan.settings.scale > 0)) throw core::Error("the scale of attention scores must be above zero");
  if (plan.longest < 0 || plan.longest > std::int64_t(1) << 31)
    throw core::Error("a sequence for the GPU has at most 2^31 positions", "Use the CPU.");
}

void check(const Plan& plan, const Span& span) {
  if (span.length < 0 || (!span.device_begin && (span.begin < 0 || span.begin + span.length > plan.longest)))
    throw core::Error("the attention was asked for positions beyond the longest sequence that it was prepared for");
  if (!plan.settings.pattern.causal && (span.begin > 0 || span.device_begin))
    throw core::Error("a stream cannot attend to what has not been read yet", "Use a causal pattern.");
  if (plan.settings.rotary.base > 0 && !plan.rotation) throw core::Error("the attention has no table of rotations");
}

std::int64_t most_rows(const Plan& plan, int level) {
  const auto [w, r] = plan.settings.pattern.levels[std::size_t(level)];
  return (std::min(w, plan.longest) + r - 1) / r;
}

std::vector<float> rotation_table(const Settings& settings, int head_dim, std::int64_t longest) {
  if (settings.rotary.base <= 0) return {};
  std::int64_t rows = 1;
  for (const pattern::Level& level : settings.pattern.levels) {
    const std::int64_t shift = settings.pattern.staggered ? level.segment / 2 : 0;
    rows = std::max(rows, (std::min(level.segment, shift + longest) + level.dilation - 1) / level.dilation);
  }
  const int half = head_dim / 2;
  std::vector<float> table;
  const auto add = [&](std::int64_t count, std::int64_t step) {
    for (std::int64_t row = 0; row < count; ++row)
      for (int i = 0; i < half; ++i) {
        const double angle = double(row * step) * std::pow(settings.rotary.base, -double(i) / half);
        table.push_back(float(std::cos(angle)));
        table.push_back(float(std::sin(angle)));
      }
  };
  add(256, 1);
  add(rows / 256 + 1, 256);
  return table;
}

KeptLayout::KeptLayout(const Plan& plan) {
  check(plan);
  offsets_.push_back(0);
  for (int level = 0; level < int(plan.settings.pattern.levels.size()); ++level) {
    capacities_.push_back(most_rows(plan, level));
    offsets_.push_back(offsets_.back() + capacities_.back() * plan.own.count() * plan.head_dim);
  }
}

Geometry geometry_of(const Plan& plan) {
  check(plan);
  const pattern::Pattern& pattern = plan.settings.pattern;
  Geometry g;
  g.levels = int(pattern.levels.size());
  std::copy(pattern.levels.begin(), pattern.levels.end(), g.level);
  g.rule = pattern.rule;
  g.staggered = pattern.staggered;
  g.causal = pattern.causal;
  g.heads = plan.heads;
  g.group = plan.heads / plan.kv_heads;
  g.own_begin = plan.own.begin;
  g.columns = plan.own.count();
  g.kv_begin = plan.own_kv().begin;
  g.kv_columns = plan.own_kv().count();
  return g;
}

}  // namespace corpuscope::attention::cuda
