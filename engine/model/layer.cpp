#include "model/layer.h"

#include <algorithm>

#include "compute/activation.h"
#include "compute/matmul.h"
#include "compute/precision.h"
#include "core/parallel.h"

namespace corpuscope::model {
namespace {

using compute::linear;
using compute::linear_backward;

// Calls body(first, count) for the parts of [0, rows), several at a time: as many rows as let their activations and the
// weights lie in a cache of 2 MB, and as keep products efficient.
template <typename Body>
void for_some_rows(std::int64_t rows, const Body& body) {
  constexpr std::int64_t some = 128;
  const compute::Precision precision = compute::precision();
  core::parallel_for((rows + some - 1) / some, [&](std::int64_t i) {
    const compute::WithPrecision same_on_all_threads(precision);
    body(i * some, std::min(some, rows - i * some));
  });
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
  const bool keep = output != a.input.data();
  const Rows all = keep ? room_to_keep(rows, a) : Rows{};
  float *q = a.q.reserve(rows * q_width()), *k = a.k.reserve(rows * kv_width()), *v = a.v.reserve(rows * kv_width());
  float *attended = a.attended.reserve(rows * q_width()), *lse = a.lse.reserve(rows * config_.heads);
  // Only in the attention rows meet: on both sides of it some rows go through everything while they are in the cache.
  const auto room = [&](std::int64_t first, std::int64_t count) { return keep ? from(all, first) : passing_room(count); };
  for_some_rows(rows, [&](std::int64_t first, std::int64_t count) {
    project(first, count, rotary, a.input.data() + first * width(), room(first, count), q + first * q_width(),
            k + first * kv_width(), v + first * kv_width());
  });
  attend(q, k, v, attended, lse);
  for_some_rows(rows, [&](std::int64_t first, std::int64_t count) {
    const std::int64_t at = first * width();
    if (keep) std::copy_n(a.input.data() + at, count * width(), output + at);
    transform(count, attended + first * q_width(), room(first, count), output + at);
  });
}

// From the residual stream to queries, keys and values.
void Layer::project(std::int64_t first, std::int64_t count, const Rotary& rotary, const float* input, const Rows& r,
                    float* q, float* k, float* v) const {
  compute::norm(norm_kind(config_), count, width(), input, parts_.input_norm.weight.f32, parts_.input_norm.bias, r.normed,
                r.input_statistics);
  linear(count, width(), q_width(), r.normed, parts_.q.weight, parts_.q.bias, q);
  linear(count, width(), kv_width(), r.normed, parts_.k.weight, parts_.k.bias, k);
  linear(count, width(), kv_width(), r.normed, parts_.v.weight, parts_.v.bias, v);
  rotary.turn_queries(q, config_.heads, first, count);
  rotary.turn_keys(k, config_.kv_heads, first, count);
}

// What was attended to, and then the feed-forward, are added to the residual stream in `x`.
void Layer::transform(std::int64_t count, const float* attended, const Rows& r, float* x) const {
  const compute::NormKind kind = norm_kind(config_);
  if (config_.sub_layernorm) {
    compute::norm(kind, count, q_width(), attended, parts_.attention_norm.weight.f32, parts_.attention_norm.bias,
                  r.attended_normed, r.attended_statistics);
    attended = r.attended_normed;
  }
  linear(count, q_width(), width(), attended, parts_.o.weight, parts_.o.bias, x, true);
  if (r.middle) std::copy_n(x, count * width(), r.middle);
  compute::norm(kind, count, width(), x, parts_.ffn_input_norm.weight.f32, parts_.ffn_input_norm.bias, r.ffn_input,
                r.middle_statistics);
  linear(count, width(), ffn(), r.ffn_input, parts_.up.weight, parts_.up.bias, r.up);
  if (config_.ffn == FeedForward::gelu) {
    compute::gelu(count * ffn(), r.up, r.hidden);
  } else {
    linear(count, width(), ffn(), r.ffn_input, parts_.gate.weight, parts_.gate.bias, r.gate);
    compute::swiglu(count * ffn(), r.gate, r.up, r.hidden);
  }
  const float* hidden = r.hidden;
  if (config_.sub_layernorm) {
    compute::norm(kind, count, ffn(), hidden, parts_.ffn_norm.weight.f32, parts_.ffn_norm.bias, r.hidden_normed,
                  r.hidden_statistics);
    hidden = r.hidden_normed;
  }
  linear(count, ffn(), width(), hidden, parts_.down.weight, parts_.down.bias, x, true);
}

Layer::Rows Layer::room_to_keep(std::int64_t rows, Activations& a) const {
  const bool sub = config_.sub_layernorm, gated = config_.ffn == FeedForward::swiglu;
  return {a.input_statistics.reserve(2 * rows),
          a.normed.reserve(rows * width()),
          sub ? a.attended_statistics.reserve(2 * rows) : nullptr,
          sub ? a.attended_normed.reserve(rows * q_width()) : nullptr,
          a.middle.reserve(rows * width()),
          a.middle_statistics.reserve(2 * rows),
          a.ffn_input.reserve(rows * width()),
          gated ? a.gate.reserve(rows * ffn()) : nullptr,
          a.up.reserve(rows * ffn()),
          a.hidden.reserve(rows * ffn()),
          sub ? a.hidden_statistics.reserve(2 * rows) : nullptr,
          sub ? a.hidden_normed.reserve(rows * ffn()) : nullptr};
}

// The calling thread's, for rows of which nothing is kept.
Layer::Rows Layer::passing_room(std::int64_t rows) const {
  thread_local Activations passing;
  Rows room = room_to_keep(rows, passing);
  room.middle = nullptr;
  return room;
}

Layer::Rows Layer::from(Rows rows, std::int64_t first) const {
  const auto move = [first](float*& array, std::int64_t width) { array = array ? array + first * width : nullptr; };
  for (float** statistics : {&rows.input_statistics, &rows.attended_statistics, &rows.middle_statistics, &rows.hidden_statistics})
    move(*statistics, 2);
  for (float** wide : {&rows.normed, &rows.middle, &rows.ffn_input}) move(*wide, width());
  for (float** hidden : {&rows.gate, &rows.up, &rows.hidden, &rows.hidden_normed}) move(*hidden, ffn());
  move(rows.attended_normed, q_width());
  return rows;
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
