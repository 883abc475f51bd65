#include "model/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <random>

#include "core/error.h"
#include "model/stored_weights.h"

namespace corpuscope::model {
namespace {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

void add_norm(Shapes& shapes, const Config& config, const std::string& name, std::int64_t width) {
  shapes[name + ".weight"] = {width};
  if (config.norm == Norm::layernorm) shapes[name + ".bias"] = {width};
}

void add_linear(Shapes& shapes, const Config& config, const std::string& name, std::int64_t out, std::int64_t in) {
  shapes[name + ".weight"] = {out, in};
  if (config.bias) shapes[name + ".bias"] = {out};
}

void add_layer(Shapes& shapes, const Config& config, int layer) {
  const std::string prefix = fmt::format("model.layers.{}.", layer);
  const std::int64_t width = config.hidden_size, ffn = config.ffn_size;
  const std::int64_t q_width = std::int64_t(config.heads) * config.head_dim;
  const std::int64_t kv_width = std::int64_t(config.kv_heads) * config.head_dim;
  add_norm(shapes, config, prefix + "input_layernorm", width);
  add_linear(shapes, config, prefix + "self_attn.q_proj", q_width, width);
  add_linear(shapes, config, prefix + "self_attn.k_proj", kv_width, width);
  add_linear(shapes, config, prefix + "self_attn.v_proj", kv_width, width);
  if (config.sub_layernorm) add_norm(shapes, config, prefix + "self_attn.inner_layernorm", q_width);
  add_linear(shapes, config, prefix + "self_attn.o_proj", width, q_width);
  add_norm(shapes, config, prefix + "post_attention_layernorm", width);
  if (config.ffn == FeedForward::gelu) {
    add_linear(shapes, config, prefix + "mlp.fc1", ffn, width);
    add_linear(shapes, config, prefix + "mlp.fc2", width, ffn);
  } else {
    add_linear(shapes, config, prefix + "mlp.gate_proj", ffn, width);
    add_linear(shapes, config, prefix + "mlp.up_proj", ffn, width);
    add_linear(shapes, config, prefix + "mlp.down_proj", width, ffn);
  }
  if (config.sub_layernorm) add_norm(shapes, config, prefix + "mlp.inner_layernorm", ffn);
}

std::int64_t count(const std::vector<std::int64_t>& shape) {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) product *= size;
  return product;
}

bool ends_with(const std::string& text, const char* end) { return text.ends_with(end); }

// The projections back into the residual stream: 2 a layer add up there.
bool is_output_projection(const std::string& name) {
  return ends_with(name, "o_proj.weight") || ends_with(name, "down_proj.weight") || ends_with(name, "fc2.weight");
}

constexpr std::pair<WeightForm, const char*> forms[] = {
    {WeightForm::float32, "float32"}, {WeightForm::bf16, "bf16"}, {WeightForm::int8, "int8"}};

constexpr auto remedy = "Choose a model folder whose config.json belongs to its model.safetensors.";

}  // namespace

std::string name(WeightForm form) { return forms[std::size_t(form)].second; }

std::optional<WeightForm> weight_form(const std::string& name) {
  for (const auto& [form, known] : forms)
    if (name == known) return form;
  return std::nullopt;
}

compute::Weight WeightSource::find(const std::string& name) const {
  if (stored_) return stored_->find(name);
  const auto found = tensors_->find(name);
  return found == tensors_->end() ? nullptr : found->second.data.data();
}

Shapes weight_shapes(const Config& config) {
  Shapes shapes;
  shapes["model.embed_tokens.weight"] = {config.vocab_size, config.hidden_size};
  for (int layer = 0; layer < config.layers; ++layer) add_layer(shapes, config, layer);
  add_norm(shapes, config, "model.norm", config.hidden_size);
  if (!config.tied_embeddings) shapes["lm_head.weight"] = {config.vocab_size, config.hidden_size};
  return shapes;
}

std::int64_t parameter_count(const Config& config) {
  std::int64_t total = 0;
  for (const auto& [name, shape] : weight_shapes(config)) total += count(shape);
  return total;
}

void check(const Config& config, const Tensors& weights) {
  const Shapes shapes = weight_shapes(config);
  for (const auto& [name, shape] : shapes) {
    const auto found = weights.find(name);
    if (found == weights.end()) throw core::Error(fmt::format("The weight {} is missing.", name), remedy);
    if (found->second.shape != shape)
      throw core::Error(fmt::format("The weight {} has the shape [{}], not [{}].", name,
                                    fmt::join(found->second.shape, ", "), fmt::join(shape, ", ")),
                        remedy);
    if (std::int64_t(found->second.data.size()) != count(shape))
      throw core::Error(
          fmt::format("The weight {} holds {} numbers, not {}.", name, found->second.data.size(), count(shape)),
          remedy);
  }
  for (const auto& [name, tensor] : weights)
    if (!shapes.contains(name))
      throw core::Error(fmt::format("The weight {} has no place in this model.", name), remedy);
}

Tensors initial_weights(const Config& config, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  // Box-Muller by hand: the standard library's normal distribution differs between implementations.
  const auto normal = [&random] {
    const double u = (double(random() >> 11) + 1) * 0x1p-53, v = double(random() >> 11) * 0x1p-53;
    return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
  };
  Tensors weights;
  for (const auto& [name, shape] : weight_shapes(config)) {
    Tensor& tensor = weights[name];
    tensor.shape = shape;
    tensor.data.assign(std::size_t(count(shape)), 0.0f);
    if (ends_with(name, ".bias")) continue;
    const double deviation = is_output_projection(name) ? 0.02 / std::sqrt(2.0 * config.layers) : 0.02;
    for (float& number : tensor.data) number = shape.size() == 1 ? 1.0f : float(deviation * normal());
  }
  return weights;
}

}  // namespace corpuscope::model
