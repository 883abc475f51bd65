#include "parallel/cuda/sequence_attention.h"

#include <algorithm>

#include "parallel/cuda/kept_gradients.h"

namespace corpuscope::parallel {

namespace device = attention::cuda;
using compute::cuda::StreamHandle;

namespace {

// Rows before `border` of the segment that is open there.
pattern::Rows open_rows(const device::Plan& plan, int level, int head, std::int64_t border) {
  const pattern::Pattern& pattern = plan.settings.pattern;
  const std::int64_t segment =
      (border + pattern::shift(pattern, level, head)) / pattern.levels[std::size_t(level)].segment;
  return pattern::segment_rows(pattern, level, head, plan.heads, border, segment);
}

// The first levels in which no segment goes over the border at which this rank's part begins.
int local_levels(const device::Plan& plan, std::int64_t begin) {
  const int levels = int(plan.settings.pattern.levels.size());
  for (int level = 0; level < levels; ++level)
    for (int head = 0; head < plan.heads; ++head)
      if (begin > 0 && open_rows(plan, level, head, begin).count > 0) return level;
  return levels;
}

}  // namespace

template <typename Element>
SequenceAttention<Element>::SequenceAttention(DeviceCollective& ranks, const device::Plan& plan)
    : ranks_(ranks), plan_(plan), layout_(plan) {
  if (ranks.size() > 1) border_rows_.reserve(levels() * plan.heads);
}

template <typename Element>
SequenceAttention<Element>::Room SequenceAttention<Element>::place(compute::cuda::Arena& arena,
                                                                   const device::Plan& plan, int ranks,
                                                                   bool gradients) {
  Room room;
  if (ranks == 1) return room;
  const std::int64_t numbers = 2 * device::KeptLayout(plan).elements();
  room.kept = arena.take<Element>(numbers);
  room.next = arena.take<Element>(numbers);
  room.gradients = arena.take<float>(gradients ? numbers : 0);
  room.incoming = arena.take<float>(gradients ? numbers : 0);
  room.border = arena.take<BorderRows>(std::int64_t(plan.settings.pattern.levels.size()) * plan.heads);
  return room;
}

template <typename Element>
Part SequenceAttention<Element>::begin(StreamHandle stream, std::int64_t length, const Room& room) {
  room_ = room;
  part_ = part_of(length, ranks_.rank(), ranks_.size());
  local_levels_ = local_levels(plan_, part_.begin);
  if (ranks_.size() == 1) return part_;
  there_.wait();  // what was copied from the list before
  BorderRows* border = border_rows_.data();
  most_before_ = 0;
  for (int level = 0; level < levels(); ++level)
    for (int head = 0; head < plan_.heads; ++head) {
      const pattern::Rows rows = open_rows(plan_, level, head, part_.end);
      const std::int64_t r = rows.dilation, before = (part_.begin - rows.first + r - 1) / r;
      *border++ = {rows.first, r, std::clamp<std::int64_t>(part_.begin <= rows.first ? 0 : before, 0, rows.count),
                   rows.count,
                   layout_.offset(level) + std::int64_t(head) * layout_.capacity(level) * plan_.head_dim};
      most_before_ = std::max(most_before_, border[-1].before);
    }
  compute::cuda::copy(stream, room_.border, static_cast<const BorderRows*>(border_rows_.data()), levels() * plan_.heads);
  there_.record(stream);
  return part_;
}

// One rank after the other: what comes from those before and the rank's own rows go to the next.
template <typename Element>
void SequenceAttention<Element>::pass_keys(StreamHandle stream, const device::Inputs<Element>& in) {
  const std::int64_t numbers = 2 * layout_.elements();
  for (int from = 0; from + 1 < ranks_.size(); ++from) {
    const bool mine = ranks_.rank() == from;
    if (mine) {
      if (from > 0) compute::cuda::copy(stream, room_.next, static_cast<const Element*>(room_.kept), numbers);
      device::keep<Element>(plan_, span(), in, kept(room_.next), stream);
    }
    ranks_.pass(stream, from, from + 1, mine ? room_.next : room_.kept, numbers * std::int64_t(sizeof(Element)));
  }
}

// From the last rank to the first: of what comes back each takes its own rows' part and hands on the others'.
template <typename Element>
void SequenceAttention<Element>::pass_gradients(StreamHandle stream, float* dk, float* dv) {
  const std::int64_t elements = layout_.elements();
  for (int from = ranks_.size() - 1; from > 0; --from) {
    ranks_.pass(stream, from, from - 1, ranks_.rank() == from ? room_.gradients : room_.incoming,
                2 * elements * std::int64_t(sizeof(float)));
    if (ranks_.rank() + 1 != from) continue;
    for (const auto& [x, kept] : {std::pair(dk, std::int64_t(0)), std::pair(dv, elements)}) {
      add_own_rows(stream, room_.border, levels(), plan_.heads, plan_.kv_heads, plan_.head_dim, part_.begin,
                   part_.count(), room_.incoming + kept, x);
      hand_on_rows(stream, room_.border, levels() * plan_.heads, plan_.head_dim, most_before_,
                   room_.incoming + kept, room_.gradients + kept);
    }
  }
}

template <typename Element>
void SequenceAttention<Element>::forward(StreamHandle stream, const device::Inputs<Element>& in, float* out,
                                         float* lse, void* scratch, std::size_t scratch_bytes) {
  const auto compute = [&](const device::Kept<Element>& from, int begin, int end) {
    if (begin < end)
      device::forward<Element>(plan_, span(), in, from, out, lse, scratch, scratch_bytes, stream, {begin, end});
  };
  if (ranks_.size() == 1) return compute({}, 0, levels());
  ready_.record(stream);
  exchange_.wait_for(ready_);
  pass_keys(exchange_, in);
  there_.record(exchange_);
  compute({}, 0, local_levels_);
  compute::cuda::wait_for(stream, there_);
  compute(kept(room_.kept), local_levels_, levels());
}

template <typename Element>
void SequenceAttention<Element>::backward(StreamHandle stream, const device::Inputs<Element>& in, const Element* dout,
                                          std::int64_t dout_stride, const float* out, const float* lse, float* delta,
                                          float* dq, float* dk, float* dv) {
  const auto compute = [&](const device::Kept<Element>& from, const device::KeptGradients& gradients, int begin, int end) {
    if (begin < end)
      device::backward<Element>(plan_, span(), in, from, dout, dout_stride, out, lse, delta, dq, dk, dv, gradients,
                                stream, {begin, end});
  };
  if (ranks_.size() == 1) return compute({}, {}, 0, levels());
  ready_.record(stream);
  exchange_.wait_for(ready_);
  pass_keys(exchange_, in);
  there_.record(exchange_);
  compute({}, {}, 0, local_levels_);
  compute::cuda::wait_for(stream, there_);
  compute(kept(room_.kept), {room_.gradients, room_.gradients + layout_.elements()}, local_levels_, levels());
  pass_gradients(stream, dk, dv);
}

template class SequenceAttention<float>;
template class SequenceAttention<compute::Bf16>;

}  // namespace corpuscope::parallel
