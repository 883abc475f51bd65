#include "model/layer.h"

#include <cstring>

#include "compute/activation.h"
#include "compute/matmul.h"

namespace corpuscope::model {
namespace {

using compute::linear;
using compute::linear_backward;

float* copy(std::int64_t count, const float* from, float* to) {
  std::memcpy(to, from, std::size_t(count) * sizeof(float));
  return to;
}

}  // namespace

WeightParts layer_parts(const Config& config, WeightSource weights, int layer) {
  return find_layer_parts<const float, compute::Weight>(
      config, layer, [&](const std::string& name) { return affine(weights, name); });
}

LayerParts<float> layer_parts(const Config& config, Tensors& tensors, int layer) {
  return find_layer_parts<float>(config, layer, [&](const std::string& name) { return affine(tensors, name); });
}

WeightAffine affine(WeightSource weights, const std::string& name) {
  return {weights.find(name + ".weight"), weights.find(name + ".bias").f32};
}

Affine<float> affine(Tensors& tensors, const std::string& name) {
  const auto data = [&](const std::string& full) {
    const auto found = tensors.find(full);
    return found == tensors.end() ? nullptr : found->second.data.data();
  };
  return {data(name + ".weight"), data(name + ".bias")};
}

compute::NormKind norm_kind(const Config& config) { return {config.norm == Norm::layernorm, config.norm_eps}; }

void Layer::forward(std::int64_t rows, const Rotary& rotary, Attend attend, Activations& a,
                    float* output) const {
  const compute::NormKind kind = norm_kind(config_);
  float* normed = a.normed.reserve(rows * width());
  compute::norm(kind, rows, width(), a.input.data(), parts_.input_norm.weight.f32, parts_.input_norm.bias, normed,
                a.input_statistics.reserve(2 * rows));
  float *q = a.q.reserve(rows * q_width()), *k = a.k.reserve(rows * kv_width()), *v = a.v.reserve(rows * kv_width());
  linear(rows, width(), q_width(), normed, parts_.q.weight, parts_.q.bias, q);
  linear(rows, width(), kv_width(), normed, parts_.k.weight, parts_.k.bias, k);
  linear(rows, width(), kv_width(), normed, parts_.v.weight, parts_.v.bias, v);
  rotary.turn_queries(q, config_.heads);
  rotary.turn_keys(k, config_.kv_heads);
  float* attended = a.attended.reserve(rows * q_width());
  attend(q, k, v, attended, a.lse.reserve(rows * config_.heads));
  if (config_.sub_layernorm) {
    float* inner = a.attended_normed.reserve(rows * q_width());
    compute::norm(kind, rows, q_width(), attended, parts_.attention_norm.weight.f32, parts_.attention_norm.bias, inner,
                  a.attended_statistics.reserve(2 * rows));
    attended = inner;
  }
  // Both products add to the residual stream: in place where nothing of it has to be kept.
  const bool in_place = output == a.input.data();
  float* middle = in_place ? output : copy(rows * width(), a.input.data(), a.middle.reserve(rows * width()));
  linear(rows, q_width(), width(), attended, parts_.o.weight, parts_.o.bias, middle, true);
  const float* hidden = feed_forward(rows, middle, a);
  if (!in_place) copy(rows * width(), middle, output);
  linear(rows, ffn(), width(), hidden, parts_.down.weight, parts_.down.bias, output, true);
}

// Everything up to the projection back into the residual stream.
const float* Layer::feed_forward(std::int64_t rows, const float* middle, Activations& a) const {
  const compute::NormKind kind = norm_kind(config_);
  float* input = a.ffn_input.reserve(rows * width());
  compute::norm(kind, rows, width(), middle, parts_.ffn_input_norm.weight.f32, parts_.ffn_input_norm.bias, input,
                a.middle_statistics.reserve(2 * rows));
  float *up = a.up.reserve(rows * ffn()), *hidden = a.hidden.reserve(rows * ffn());
  linear(rows, width(), ffn(), input, parts_.up.weight, parts_.up.bias, up);
  if (config_.ffn == FeedForward::gelu) {
    compute::gelu(rows * ffn(), up, hidden);
  } else {
    float* gate = a.gate.reserve(rows * ffn());
    linear(rows, width(), ffn(), input, parts_.gate.weight, parts_.gate.bias, gate);
    compute::swiglu(rows * ffn(), gate, up, hidden);
  }
  if (!config_.sub_layernorm) return hidden;
  float* inner = a.hidden_normed.reserve(rows * ffn());
  compute::norm(kind, rows, ffn(), hidden, parts_.ffn_norm.weight.f32, parts_.ffn_norm.bias, inner,
                a.hidden_statistics.reserve(2 * rows));
  return inner;
}

void Layer::backward(std::int64_t rows, const Rotary& rotary, AttendBackward attend, const Activations& a,
                     BackwardScratch& scratch, const LayerParts<float>& gradients, float* dx) const {
  const compute::NormKind kind = norm_kind(config_);
  feed_forward_backward(rows, a, scratch, gradients, dx);
  float* dattended = scratch.attended.reserve(rows * q_width());
  const float* o_input = config_.sub_layernorm ? a.attended_normed.data() : a.attended.data();
  linear_backward(rows, q_width(), width(), o_input, parts_.o.weight.f32, dx, dattended, false, gradients.o.weight,
                  gradients.o.bias);
  if (config_.sub_layernorm)
    compute::norm_backward(kind, rows, q_width(), a.attended.data(), parts_.attention_norm.weight.f32,
                           a.attended_statistics.data(), dattended, dattended, false, gradients.attention_norm.weight,
                           gradients.attention_norm.bias);
  float *dq = scratch.q.reserve(rows * q_width()), *dk = scratch.k.reserve(rows * kv_width());
  float* dv = scratch.v.reserve(rows * kv_width());
  attend(a, dattended, dq, dk, dv);
  rotary.turn_queries_back(dq, config_.heads);
  rotary.turn_keys_back(dk, config_.kv_heads);
  float* dnormed = scratch.width.reserve(rows * width());
  const float* normed = a.normed.data();
  linear_backward(rows, width(), q_width(), normed, parts_.q.weight.f32, dq, dnormed, false, gradients.q.weight,
                  gradients.q.bias);
  linear_backward(rows, width(), kv_width(), normed, parts_.k.weight.f32, dk, dnormed, true, gradients.k.weight,
                  gradients.k.bias);
  linear_backward(rows, width(), kv_width(), normed, parts_.v.weight.f32, dv, dnormed, true, gradients.v.weight,
                  gradients.v.bias);
  compute::norm_backward(kind, rows, width(), a.input.data(), parts_.input_norm.weight.f32, a.input_statistics.data(),
                         dnormed, dx, true, gradients.input_norm.weight, gradients.input_norm.bias);
}

void Layer::feed_forward_backward(std::int64_t rows, const Activations& a, BackwardScratch& scratch,
                                  const LayerParts<float>& gradients, float* dx) const {
  const compute::NormKind kind = norm_kind(config_);
  float* dhidden = scratch.hidden.reserve(rows * ffn());
  const float* down_input = config_.sub_layernorm ? a.hidden_normed.data() : a.hidden.data();
  linear_backward(rows, ffn(), width(), down_input, parts_.down.weight.f32, dx, dhidden, false, gradients.down.weight,
                  gradients.down.bias);
  if (config_.sub_layernorm)
    compute::norm_backward(kind, rows, ffn(), a.hidden.data(), parts_.ffn_norm.weight.f32, a.hidden_statistics.data(),
                           dhidden, dhidden, false, gradients.ffn_norm.weight, gradients.ffn_norm.bias);
  float* dinput = scratch.width.reserve(rows * width());
  const float* input = a.ffn_input.data();
  const bool gated = config_.ffn == FeedForward::swiglu;
  if (gated) {
    float* dgate = scratch.gate.reserve(rows * ffn());
    compute::swiglu_backward(rows * ffn(), a.gate.data(), a.up.data(), dhidden, dgate, dhidden);
    linear_backward(rows, width(), ffn(), input, parts_.gate.weight.f32, dgate, dinput, false, gradients.gate.weight,
                    gradients.gate.bias);
  } else {
    compute::gelu_backward(rows * ffn(), a.up.data(), dhidden, dhidden);
  }
  linear_backward(rows, width(), ffn(), input, parts_.up.weight.f32, dhidden, dinput, gated, gradients.up.weight,
                  gradients.up.bias);
  compute::norm_backward(kind, rows, width(), a.middle.data(), parts_.ffn_input_norm.weight.f32,
                         a.middle_statistics.data(), dinput, dx, true, gradients.ffn_input_norm.weight,
                         gradients.ffn_input_norm.bias);
}

}  // namespace corpuscope::model
