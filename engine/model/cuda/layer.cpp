#include "model/cuda/layer.h"

#include <algorithm>
#include <type_traits>

#include "compute/cuda/elements.h"
#include "compute/cuda/norm.h"
#include "compute/cuda/sums.h"
#include "model/layer.h"

namespace corpuscope::model::cuda {

namespace gpu = compute::cuda;
using gpu::Products;
using gpu::StreamHandle;

namespace {

// x as the products take it: itself, or rounded into `room`.
template <typename Element>
const Element* narrowed(StreamHandle stream, std::int64_t count, const float* x, Element* room) {
  if constexpr (std::is_same_v<Element, float>) {
    return x;
  } else {
    gpu::convert(stream, count, x, room);
    return room;
  }
}

// Room that only numbers narrower than float32 need.
template <typename Element>
Element* take_narrow(gpu::Arena& arena, std::int64_t count) {
  return std::is_same_v<Element, float> ? nullptr : arena.take<Element>(count);
}

}  // namespace

template <typename Element>
Activations<Element> place_activations(gpu::Arena& arena, const Config& config, std::int64_t rows) {
  const std::int64_t width = config.hidden_size, ffn = config.ffn_size;
  const std::int64_t q_width = std::int64_t(config.heads) * config.head_dim;
  const std::int64_t kv_width = std::int64_t(config.kv_heads) * config.head_dim;
  const bool inner = config.sub_layernorm, gated = config.ffn == FeedForward::swiglu;
  Activations<Element> a;
  a.input = arena.take<float>(rows * width);
  a.input_statistics = arena.take<float>(rows * 2);
  a.normed = arena.take<Element>(rows * width);
  a.q = arena.take<Element>(rows * q_width);
  a.k = arena.take<Element>(rows * kv_width);
  a.v = arena.take<Element>(rows * kv_width);
  a.attended = arena.take<float>(rows * q_width);
  a.lse = arena.take<float>(rows * config.heads);
  a.attended_statistics = arena.take<float>(inner ? rows * 2 : 0);
  a.o_input = inner ? arena.take<Element>(rows * q_width) : take_narrow<Element>(arena, rows * q_width);
  a.middle = arena.take<float>(rows * width);
  a.middle_statistics = arena.take<float>(rows * 2);
  a.ffn_input = arena.take<Element>(rows * width);
  a.gate = arena.take<Element>(gated ? rows * ffn : 0);
  a.up = arena.take<Element>(rows * ffn);
  a.hidden = arena.take<Element>(rows * ffn);
  a.hidden_statistics = arena.take<float>(inner ? rows * 2 : 0);
  a.down_input = inner ? arena.take<Element>(rows * ffn) : a.hidden;
  return a;
}
template Activations<float> place_activations(gpu::Arena&, const Config&, std::int64_t);
template Activations<Bf16> place_activations(gpu::Arena&, const Config&, std::int64_t);

template <typename Element>
BackwardScratch<Element> place_scratch(gpu::Arena& arena, const Config& config, std::int64_t rows) {
  const std::int64_t width = config.hidden_size, ffn = config.ffn_size;
  const std::int64_t q_width = std::int64_t(config.heads) * config.head_dim;
  const std::int64_t kv_width = std::int64_t(config.kv_heads) * config.head_dim;
  BackwardScratch<Element> s;
  s.dx = take_narrow<Element>(arena, rows * width);
  s.dhidden = arena.take<Element>(rows * ffn);
  s.dgate = arena.take<Element>(rows * ffn);
  s.dattended = arena.take<Element>(rows * q_width);
  s.dq = take_narrow<Element>(arena, rows * q_width);
  s.dk = take_narrow<Element>(arena, rows * kv_width);
  s.dv = take_narrow<Element>(arena, rows * kv_width);
  s.dinput = arena.take<float>(rows * width);
  s.dq_exact = arena.take<float>(rows * q_width);
  s.dk_exact = arena.take<float>(rows * kv_width);
  s.dv_exact = arena.take<float>(rows * kv_width);
  s.delta = arena.take<float>(rows * config.heads);
  s.partial = arena.take<float>(gpu::column_sums_room(rows, 2 * std::max({width, ffn, q_width})));
  return s;
}
template BackwardScratch<float> place_scratch(gpu::Arena&, const Config&, std::int64_t);
template BackwardScratch<Bf16> place_scratch(gpu::Arena&, const Config&, std::int64_t);

template <typename Element>
void Layer<Element>::forward(Products& products, std::int64_t rows, const Rotary& rotary, const Attend& attend,
                             const Activations<Element>& a, float* output) const {
  const StreamHandle stream = products.stream();
  const compute::NormKind kind = norm_kind(config_);
  const auto& [exact, narrow] = weights_;
  gpu::norm(stream, kind, rows, width(), a.input, exact.input_norm.weight, exact.input_norm.bias, a.normed,
            a.input_statistics);
  const Element* none = nullptr;
  gpu::linear(products, rows, width(), q_width(), a.normed, narrow.q.weight, narrow.q.bias, none, a.q);
  gpu::linear(products, rows, width(), kv_width(), a.normed, narrow.k.weight, narrow.k.bias, none, a.k);
  gpu::linear(products, rows, width(), kv_width(), a.normed, narrow.v.weight, narrow.v.bias, none, a.v);
  rotary.turn(stream, rows, a.q, a.k, 1);
  attend(a.q, a.k, a.v, a.attended, a.lse);
  const Element* attended = a.o_input;
  if (config_.sub_layernorm)
    gpu::norm(stream, kind, rows, q_width(), a.attended, exact.attention_norm.weight, exact.attention_norm.bias,
              a.o_input, a.attended_statistics);
  else
    attended = narrowed(stream, rows * q_width(), a.attended, a.o_input);
  gpu::linear(products, rows, q_width(), width(), attended, narrow.o.weight, exact.o.bias,
              static_cast<const float*>(a.input), a.middle);
  feed_forward(products, rows, a, output);
}

template <typename Element>
void Layer<Element>::feed_forward(Products& products, std::int64_t rows, const Activations<Element>& a,
                                  float* output) const {
  const StreamHandle stream = products.stream();
  const compute::NormKind kind = norm_kind(config_);
  const auto& [exact, narrow] = weights_;
  const Element* none = nullptr;
  gpu::norm(stream, kind, rows, width(), a.middle, exact.ffn_input_norm.weight, exact.ffn_input_norm.bias,
            a.ffn_input, a.middle_statistics);
  gpu::linear(products, rows, width(), ffn(), a.ffn_input, narrow.up.weight, narrow.up.bias, none, a.up);
  // cuBLASLt's own GELU is the tanh approximation; ours is exact, as the processor's is.
  if (config_.ffn == FeedForward::gelu) {
    gpu::gelu(stream, rows * ffn(), a.up, a.hidden);
  } else {
    gpu::linear(products, rows, width(), ffn(), a.ffn_input, narrow.gate.weight, narrow.gate.bias, none, a.gate);
    gpu::swiglu(stream, rows * ffn(), a.gate, a.up, a.hidden);
  }
  if (config_.sub_layernorm)
    gpu::norm(stream, kind, rows, ffn(), a.hidden, exact.ffn_norm.weight, exact.ffn_norm.bias, a.down_input,
              a.hidden_statistics);
  gpu::linear(products, rows, ffn(), width(), a.down_input, narrow.down.weight, exact.down.bias,
              static_cast<const float*>(a.middle), output);
}

template <typename Element>
void Layer<Element>::backward(Products& products, std::int64_t rows, const Rotary& rotary,
                              const AttendBackward& attend, const Activations<Element>& a,
                              const BackwardScratch<Element>& scratch, const LayerParts<float>& gradients,
                              float* dx) const {
  const StreamHandle stream = products.stream();
  const compute::NormKind kind = norm_kind(config_);
  const auto& [exact, narrow] = weights_;
  const auto add_bias = [&](std::int64_t columns, const float* dy, float* bias) {
    if (bias) gpu::add_column_sums(stream, rows, columns, dy, bias, scratch.partial);
  };
  feed_forward_backward(products, rows, a, scratch, gradients, dx);

  const Element* dmiddle = narrowed(stream, rows * width(), dx, scratch.dx);
  const Element* o_input = a.o_input;
  if constexpr (std::is_same_v<Element, float>)
    if (!config_.sub_layernorm) o_input = a.attended;
  gpu::linear_backward(products, rows, q_width(), width(), o_input, narrow.o.weight, dmiddle, scratch.dattended, false,
                       gradients.o.weight);
  add_bias(width(), dx, gradients.o.bias);
  if (config_.sub_layernorm)
    gpu::norm_backward(stream, kind, rows, q_width(), static_cast<const float*>(a.attended),
                       exact.attention_norm.weight, a.attended_statistics,
                       static_cast<const Element*>(scratch.dattended), scratch.dattended, false,
                       gradients.attention_norm.weight, gradients.attention_norm.bias, scratch.partial);
  attend(a, scratch.dattended, scratch.delta, scratch.dq_exact, scratch.dk_exact, scratch.dv_exact);
  rotary.turn(stream, rows, scratch.dq_exact, scratch.dk_exact, -1);

  const auto project_back = [&](std::int64_t columns, const float* dy, Element* room, const Affine<const Element>& part,
                                const Affine<float>& gradient, bool add) {
    const Element* dy_narrow = narrowed(stream, rows * columns, dy, room);
    gpu::linear_backward(products, rows, width(), columns, static_cast<const Element*>(a.normed), part.weight,
                         dy_narrow, scratch.dinput, add, gradient.weight);
    add_bias(columns, dy, gradient.bias);
  };
  project_back(q_width(), scratch.dq_exact, scratch.dq, narrow.q, gradients.q, false);
  project_back(kv_width(), scratch.dk_exact, scratch.dk, narrow.k, gradients.k, true);
  project_back(kv_width(), scratch.dv_exact, scratch.dv, narrow.v, gradients.v, true);
  gpu::norm_backward(stream, kind, rows, width(), static_cast<const float*>(a.input), exact.input_norm.weight,
                     a.input_statistics, static_cast<const float*>(scratch.dinput), dx, true,
                     gradients.input_norm.weight, gradients.input_norm.bias, scratch.partial);
}

template <typename Element>
void Layer<Element>::feed_forward_backward(Products& products, std::int64_t rows, const Activations<Element>& a,
                                           const BackwardScratch<Element>& scratch,
                                           const LayerParts<float>& gradients, float* dx) const {
  const StreamHandle stream = products.stream();
  const compute::NormKind kind = norm_kind(config_);
  const auto& [exact, narrow] = weights_;
  const auto add_bias = [&](std::int64_t columns, const auto* dy, float* bias) {
    if (bias) gpu::add_column_sums(stream, rows, columns, dy, bias, scratch.partial);
  };
  const Element* doutput = narrowed(stream, rows * width(), dx, scratch.dx);
  gpu::linear_backward(products, rows, ffn(), width(), static_cast<const Element*>(a.down_input), narrow.down.weight,
                       doutput, scratch.dhidden, false, gradients.down.weight);
  add_bias(width(), static_cast<const float*>(dx), gradients.down.bias);
  if (config_.sub_layernorm)
    gpu::norm_backward(stream, kind, rows, ffn(), static_cast<const Element*>(a.hidden), exact.ffn_norm.weight,
                       a.hidden_statistics, static_cast<const Element*>(scratch.dhidden), scratch.dhidden, false,
                       gradients.ffn_norm.weight, gradients.ffn_norm.bias, scratch.partial);
  const bool gated = config_.ffn == FeedForward::swiglu;
  const Element *input = a.ffn_input, *dhidden = scratch.dhidden, *dgate = scratch.dgate;
  if (gated) {
    gpu::swiglu_backward(stream, rows * ffn(), static_cast<const Element*>(a.gate), static_cast<const Element*>(a.up),
                         dhidden, scratch.dgate, scratch.dhidden);
    gpu::linear_backward(products, rows, width(), ffn(), input, narrow.gate.weight, dgate, scratch.dinput, false,
                         gradients.gate.weight);
    add_bias(ffn(), dgate, gradients.gate.bias);
  } else {
    gpu::gelu_backward(stream, rows * ffn(), static_cast<const Element*>(a.up), dhidden, scratch.dhidden);
  }
  gpu::linear_backward(products, rows, width(), ffn(), input, narrow.up.weight, dhidden, scratch.dinput, gated,
                       gradients.up.weight);
  add_bias(ffn(), dhidden, gradients.up.bias);
  gpu::norm_backward(stream, kind, rows, width(), static_cast<const float*>(a.middle), exact.ffn_input_norm.weight,
                     a.middle_statistics, static_cast<const float*>(scratch.dinput), dx, true,
                     gradients.ffn_input_norm.weight, gradients.ffn_input_norm.bias, scratch.partial);
}

template class Layer<float>;
template class Layer<Bf16>;

}  // namespace corpuscope::model::cuda
