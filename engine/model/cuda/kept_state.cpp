// The format is attention::Stream's: position, heads, key heads, head_dim, levels; then of each level and head the
// segment, the position of its first row, the number of rows, and the rows of keys and of values. A section is what
// comes first, and each level.

#include "model/cuda/kept_state.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace corpuscope::model::cuda {
namespace {

using attention::cuda::KeptLayout;
using attention::cuda::Plan;

// The segment that is open at `position`, where it has rows already; else -1, as if there had been none.
struct Open {
  std::int64_t segment = -1, first = 0, count = 0;
};

Open open_at(const Plan& plan, int level, int head, std::int64_t position) {
  const pattern::Pattern& pattern = plan.settings.pattern;
  const std::int64_t w = pattern.levels[std::size_t(level)].segment, shift = pattern::shift(pattern, level, head);
  const std::int64_t segment = (position + shift) / w;
  if (segment * w - shift >= position) return {};
  const pattern::Rows rows = pattern::segment_rows(pattern, level, head, plan.heads, position, segment);
  return rows.count > 0 ? Open{segment, rows.first, rows.count} : Open{};
}

// Where the first row of an own head lies.
std::int64_t offset_of(const Plan& plan, const KeptLayout& layout, int level, int head) {
  return layout.offset(level) + std::int64_t(head - plan.own.begin) * layout.capacity(level) * plan.head_dim;
}

int levels_of(const Plan& plan) { return int(plan.settings.pattern.levels.size()); }

}  // namespace

std::vector<std::vector<std::byte>> save_kept(const Plan& plan, const KeptLayout& layout, std::int64_t position,
                                              const float* k, const float* v) {
  std::vector<std::vector<std::byte>> sections(std::size_t(1 + levels_of(plan)));
  const auto put = [](std::vector<std::byte>& to, const auto* numbers, std::int64_t count) {
    const std::size_t bytes = std::size_t(count) * sizeof *numbers, at = to.size();
    to.resize(at + bytes);
    if (bytes > 0) std::memcpy(to.data() + at, numbers, bytes);
  };
  const std::int64_t shape[] = {position, plan.heads, plan.kv_heads, plan.head_dim, levels_of(plan)};
  if (plan.own.begin == 0 && plan.own.count() > 0) put(sections[0], shape, 5);  // once
  for (int level = 0; level < levels_of(plan); ++level)
    for (int head = plan.own.begin; head < plan.own.end; ++head) {
      std::vector<std::byte>& section = sections[std::size_t(1 + level)];
      const Open open = open_at(plan, level, head, position);
      const std::int64_t row[] = {open.segment, open.first, open.count}, at = offset_of(plan, layout, level, head);
      put(section, row, 3);
      put(section, k + at, open.count * plan.head_dim);
      put(section, v + at, open.count * plan.head_dim);
    }
  return sections;
}

void load_kept(const Plan& plan, const KeptLayout& layout, std::int64_t position, std::span<const std::byte> state,
               float* k, float* v) {
  // The processor's stream knows every way in which such bytes can be wrong.
  attention::Stream stream(plan.settings, plan.heads, plan.kv_heads, plan.head_dim);
  stream.load(state);
  if (stream.position() != position)
    throw core::Error("The saved state of the reading contradicts itself.",
                      "Start the reading again from the beginning.");
  const auto take = [&](auto* numbers, std::int64_t count) {
    const std::size_t bytes = std::size_t(count) * sizeof *numbers;
    if (bytes > 0) std::memcpy(numbers, state.data(), bytes);
    state = state.subspan(bytes);
  };
  std::int64_t shape[5];
  take(shape, 5);
  for (int level = 0; level < levels_of(plan); ++level)
    for (int head = 0; head < plan.heads; ++head) {
      std::int64_t row[3];
      take(row, 3);
      const std::int64_t numbers = row[2] * plan.head_dim;
      const bool own = head >= plan.own.begin && head < plan.own.end;
      if (own && open_at(plan, level, head, position).segment == row[0]) {
        const std::int64_t at = offset_of(plan, layout, level, head);
        take(k + at, numbers);
        take(v + at, numbers);
      } else {  // another rank's, or of a segment that has ended
        state = state.subspan(std::size_t(2 * numbers) * sizeof(float));
      }
    }
}

}  // namespace corpuscope::model::cuda
