#pragma once
// A problem on the device, computed whole, in chunks, or some heads at a time.

#include "attention/cuda/attention.h"
#include "device.h"
#include "problems.h"

namespace corpuscope::gpu_test {

namespace cuda = attention::cuda;

template <typename Element>
class Case {
 public:
  explicit Case(const Problem& problem)
      : p_(problem),
        plan_{p_.settings, p_.shape.heads, p_.shape.kv_heads, p_.shape.head_dim, {0, p_.shape.heads}, p_.shape.length,
              nullptr},
        table_(cuda::rotation_table(p_.settings, p_.shape.head_dim, p_.shape.length)),
        q_(as<Element>(p_.q)), k_(as<Element>(p_.k)), v_(as<Element>(p_.v)), dout_(as<Element>(p_.dout)),
        out_(p_.q.size()), lse_(std::size_t(p_.shape.length * p_.shape.heads)), delta_(lse_count()),
        dq_(p_.q.size()), dk_(p_.k.size()), dv_(p_.k.size()) {
    plan_.rotation = table_.data();
  }

  Results whole(bool share_launches) {
    const std::size_t bytes = share_launches ? cuda::forward_scratch_bytes(plan_, p_.shape.length) : 0;
    DeviceArray<float> scratch(bytes / sizeof(float));
    const cuda::Span all{0, p_.shape.length, nullptr};
    cuda::forward<Element>(plan_, all, inputs(0), {}, out_.data(), lse_.data(), scratch.data(), bytes, nullptr);
    cuda::backward<Element>(plan_, all, inputs(0), {}, dout_.data(), q_stride(), out_.data(), lse_.data(), delta_.data(),
                            dq_.data(), dk_.data(), dv_.data(), {}, nullptr);
    wait_for_device();
    return {out_.get(), lse_.get(), dq_.get(), dk_.get(), dv_.get()};
  }

  // Chunk after chunk, forward; and the backward pass of each chunk while its state is there. With `on_device` the
  // position is read from the device, as in a captured graph.
  Results stream(const std::vector<std::int64_t>& chunks, bool on_device);

  const cuda::Plan& plan() const { return plan_; }
  cuda::Inputs<Element> inputs(std::int64_t at) {
    return {q_.data() + at * q_stride(), k_.data() + at * kv_stride(), v_.data() + at * kv_stride(),
            q_stride(), kv_stride(), kv_stride()};
  }
  std::int64_t q_stride() const { return p_.shape.heads * p_.shape.head_dim; }
  std::int64_t kv_stride() const { return p_.shape.kv_heads * p_.shape.head_dim; }

 private:
  std::size_t lse_count() const { return std::size_t(p_.shape.length * p_.shape.heads); }
  void add_kept_gradients(std::int64_t begin, const std::vector<float>& kept, const cuda::KeptLayout& layout,
                          std::vector<float>& gradients) const;

  const Problem p_;
  cuda::Plan plan_;
  DeviceArray<float> table_;
  DeviceArray<Element> q_, k_, v_, dout_;
  DeviceArray<float> out_, lse_, delta_, dq_, dk_, dv_;
};

template <typename Element>
Results Case<Element>::stream(const std::vector<std::int64_t>& chunks, bool on_device) {
  const cuda::KeptLayout layout(plan_);
  const std::size_t kept_elements = std::size_t(layout.elements());
  DeviceArray<Element> kept_k(kept_elements), kept_v(kept_elements);
  const cuda::Kept<Element> kept{kept_k.data(), kept_v.data()};
  DeviceArray<float> kept_dk(kept_elements), kept_dv(kept_elements);
  DeviceArray<std::int64_t> position(std::vector<std::int64_t>{0});
  std::vector<float> dk(p_.k.size(), 0.f), dv(p_.k.size(), 0.f);
  std::int64_t at = 0;
  for (const std::int64_t length : chunks) {
    const cuda::Span span{on_device ? -1 : at, length, on_device ? position.data() : nullptr};
    const std::size_t bytes = cuda::forward_scratch_bytes(plan_, length);
    DeviceArray<float> scratch(bytes / sizeof(float));
    float *out = out_.data() + at * q_stride(), *lse = lse_.data() + at * p_.shape.heads;
    const int levels = int(p_.settings.pattern.levels.size());
    // The levels in two calls, as where the upper ones wait for an exchange.
    cuda::forward<Element>(plan_, span, inputs(at), kept, out, lse, scratch.data(), bytes, nullptr, {0, levels / 2});
    cuda::forward<Element>(plan_, span, inputs(at), kept, out, lse, scratch.data(), bytes, nullptr, {levels / 2, levels});
    DeviceArray<float> own_dk(std::size_t(length * kv_stride())), own_dv(std::size_t(length * kv_stride()));
    cuda::backward<Element>(plan_, span, inputs(at), kept, dout_.data() + at * q_stride(), q_stride(), out, lse,
                            delta_.data(), dq_.data() + at * q_stride(), own_dk.data(), own_dv.data(),
                            {kept_dk.data(), kept_dv.data()}, nullptr);
    wait_for_device();
    const auto add = [&](const std::vector<float>& own, std::vector<float>& to) {
      for (std::size_t i = 0; i < own.size(); ++i) to[std::size_t(at * kv_stride()) + i] += own[i];
    };
    add(own_dk.get(), dk);
    add(own_dv.get(), dv);
    add_kept_gradients(at, kept_dk.get(), layout, dk);
    add_kept_gradients(at, kept_dv.get(), layout, dv);
    cuda::keep<Element>(plan_, span, inputs(at), kept, nullptr);
    cuda::advance(position.data(), length, nullptr);
    at += length;
  }
  wait_for_device();
  return {out_.get(), lse_.get(), dq_.get(), dk, dv};
}

// Kept rows are those of the segment that is open at `begin`, by the pattern's own arithmetic.
template <typename Element>
void Case<Element>::add_kept_gradients(std::int64_t begin, const std::vector<float>& kept, const cuda::KeptLayout& layout,
                                       std::vector<float>& gradients) const {
  const auto& pattern = p_.settings.pattern;
  const int d = p_.shape.head_dim;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < p_.shape.heads; ++head) {
      const std::int64_t segment =
          (begin + pattern::shift(pattern, level, head)) / pattern.levels[std::size_t(level)].segment;
      const pattern::Rows rows = pattern::segment_rows(pattern, level, head, p_.shape.heads, begin, segment);
      for (std::int64_t row = 0; row < rows.count; ++row)
        for (int c = 0; c < d; ++c)
          gradients[std::size_t(((rows.first + row * rows.dilation) * p_.shape.kv_heads +
                                 head / (p_.shape.heads / p_.shape.kv_heads)) * d + c)] +=
              kept[std::size_t(layout.offset(level) + (head * layout.capacity(level) + row) * d + c)];
    }
}

// Some heads at a time, with q, k and v side by side in one array of all that these heads use.
template <typename Element>
Results by_heads(const Problem& p, const std::vector<attention::HeadRange>& ranges) {
  const auto& [n, heads, kv_heads, d] = p.shape;
  Results all{std::vector<float>(p.q.size()), std::vector<float>(std::size_t(n * heads)), std::vector<float>(p.q.size()),
              std::vector<float>(p.k.size(), 0.f), std::vector<float>(p.k.size(), 0.f)};
  for (const attention::HeadRange own : ranges) {
    cuda::Plan plan{p.settings, heads, kv_heads, d, own, n, nullptr};
    const attention::HeadRange kv = plan.own_kv();
    const std::int64_t width = own.count() * d, kv_width = kv.count() * d, stride = width + 2 * kv_width;
    std::vector<float> joined, dout;
    const auto put = [&](std::vector<float>& to, const std::vector<float>& from, std::int64_t position, int of,
                         attention::HeadRange range) {
      const auto at = from.begin() + (position * of + range.begin) * d;
      to.insert(to.end(), at, at + range.count() * d);
    };
    for (std::int64_t i = 0; i < n; ++i) {
      put(joined, p.q, i, heads, own);
      put(joined, p.k, i, kv_heads, kv);
      put(joined, p.v, i, kv_heads, kv);
      put(dout, p.dout, i, heads, own);
    }
    DeviceArray<Element> in(as<Element>(joined)), gradient(as<Element>(dout));
    DeviceArray<float> out(dout.size()), lse(std::size_t(n * own.count())), delta(std::size_t(n * own.count())),
        dq(dout.size()), dk(std::size_t(n * kv_width)), dv(std::size_t(n * kv_width));
    const cuda::Inputs<Element> inputs{in.data(), in.data() + width, in.data() + width + kv_width, stride, stride, stride};
    const cuda::Span span{0, n, nullptr};
    cuda::forward<Element>(plan, span, inputs, {}, out.data(), lse.data(), nullptr, 0, nullptr);
    cuda::backward<Element>(plan, span, inputs, {}, gradient.data(), width, out.data(), lse.data(), delta.data(), dq.data(),
                            dk.data(), dv.data(), {}, nullptr);
    wait_for_device();
    const auto spread = [&](const std::vector<float>& from, std::vector<float>& to, int of, int size,
                            attention::HeadRange range) {
      for (std::int64_t i = 0; i < n; ++i)
        for (int c = 0; c < range.count() * size; ++c)
          to[std::size_t((i * of + range.begin) * size + c)] += from[std::size_t(i * range.count() * size + c)];
    };
    spread(out.get(), all.out, heads, d, own);
    spread(lse.get(), all.lse, heads, 1, own);
    spread(dq.get(), all.dq, heads, d, own);
    spread(dk.get(), all.dk, kv_heads, d, kv);
    spread(dv.get(), all.dv, kv_heads, d, kv);
  }
  return all;
}

}  // namespace corpuscope::gpu_test
