#pragma once
// The weights of one layer by what they are for, wherever they lie.

#include <fmt/format.h>

#include <string>

#include "model/config.h"

namespace corpuscope::model {

// `const float` for weights, `float` for their gradients; `Weight` is how a matrix is pointed to. Absent parts are null.
template <typename Number, typename Weight = Number*>
struct Affine {
  Weight weight = nullptr;
  Number* bias = nullptr;
};

template <typename Number, typename Weight = Number*>
struct LayerParts {
  Affine<Number, Weight> input_norm, q, k, v, attention_norm, o;
  Affine<Number, Weight> ffn_input_norm, gate, up, ffn_norm, down;  // gelu: up is fc1, down is fc2
};

// `find` gives the Affine of a name.
template <typename Number, typename Weight = Number*, typename Find>
LayerParts<Number, Weight> find_layer_parts(const Config& config, int layer, const Find& find) {
  const auto part = [&, prefix = fmt::format("model.layers.{}.", layer)](const char* name) {
    return find(prefix + name);
  };
  const bool gelu = config.ffn == FeedForward::gelu;
  LayerParts<Number, Weight> parts;
  parts.input_norm = part("input_layernorm");
  parts.q = part("self_attn.q_proj");
  parts.k = part("self_attn.k_proj");
  parts.v = part("self_attn.v_proj");
  parts.attention_norm = part("self_attn.inner_layernorm");
  parts.o = part("self_attn.o_proj");
  parts.ffn_input_norm = part("post_attention_layernorm");
  parts.gate = part("mlp.gate_proj");
  parts.up = part(gelu ? "mlp.fc1" : "mlp.up_proj");
  parts.ffn_norm = part("mlp.inner_layernorm");
  parts.down = part(gelu ? "mlp.fc2" : "mlp.down_proj");
  return parts;
}

}  // namespace corpuscope::model
