#include "model/head.h"

#include <fmt/format.h>

#include <algorithm>

#include "compute/cross_entropy.h"
#include "compute/matmul.h"
#include "core/error.h"
#include "model/layer.h"

namespace corpuscope::model {
namespace {

constexpr auto embedding_name = "model.embed_tokens";

}  // namespace

Head::Head(const Config& config, WeightSource weights)
    : config_(config),
      embedding_(affine(weights, embedding_name).weight),
      output_(affine(weights, output_name()).weight),
      norm_weight_(affine(weights, "model.norm").weight.f32),
      norm_bias_(affine(weights, "model.norm").bias) {}

const char* Head::output_name() const { return config_.tied_embeddings ? embedding_name : "lm_head"; }

// A block of logits takes about 16 MB.
std::int64_t Head::rows_a_block() const {
  return std::clamp<std::int64_t>((std::int64_t(4) << 20) / config_.vocab_size, 1, 1024);
}

void check_tokens(const Config& config, std::span<const std::int32_t> tokens) {
  for (const std::int32_t token : tokens)
    if (token < 0 || token >= config.vocab_size)
      throw core::Error(
          fmt::format("Token {} is outside of the model's vocabulary of {}.", token, config.vocab_size),
          "Use the tokenizer that belongs to the model.");
}

void Head::embed(std::span<const std::int32_t> tokens, float* x) const {
  const std::int64_t width = config_.hidden_size;
  const float scale = float(config_.embedding_scale);
  for (const std::int32_t token : tokens) {
    compute::expand(embedding_, width, token, 1, x);
    x = std::transform(x, x + width, x, [scale](float number) { return number * scale; });
  }
}

void Head::norm(std::int64_t rows, const float* x, float* normed, float* statistics) const {
  compute::norm(norm_kind(config_), rows, config_.hidden_size, x, norm_weight_, norm_bias_, normed, statistics);
}

void Head::logits(std::int64_t rows, const float* normed, float* logits) const {
  compute::linear(rows, config_.hidden_size, config_.vocab_size, normed, output_, nullptr, logits);
}

void Head::cross_entropy(std::span<const std::int32_t> targets, const float* normed, compute::Buffer& room,
                         float* nats) const {
  compute::linear_cross_entropy(std::int64_t(targets.size()), config_.hidden_size, config_.vocab_size, normed, output_,
                                targets.data(), room, nats);
}

void Head::cross_entropy_backward(std::span<const std::int32_t> targets, const float* normed, float scale,
                                  compute::Buffer& block, float* nats, float* dnormed, Tensors& gradients) const {
  const std::int64_t count = std::int64_t(targets.size()), vocab = config_.vocab_size, width = config_.hidden_size;
  float* doutput = affine(gradients, output_name()).weight;
  for (std::int64_t first = 0; first < count; first += rows_a_block()) {
    const std::int64_t rows = std::min(rows_a_block(), count - first);
    const float* input = normed + first * width;
    float* block_logits = block.reserve(rows * vocab);
    logits(rows, input, block_logits);
    compute::cross_entropy_backward(rows, vocab, block_logits, targets.data() + first, scale, nats + first);
    compute::linear_backward(rows, width, vocab, input, output_.f32, block_logits, dnormed + first * width, false,
                             doutput, nullptr);
  }
}

void Head::norm_backward(std::int64_t rows, const float* x, const float* statistics, const float* dnormed, float* dx,
                         Tensors& gradients) const {
  const Affine<float> gradient = affine(gradients, "model.norm");
  compute::norm_backward(norm_kind(config_), rows, config_.hidden_size, x, norm_weight_, statistics, dnormed, dx,
                         false, gradient.weight, gradient.bias);
}

void Head::embed_backward(std::span<const std::int32_t> tokens, const float* dx, Tensors& gradients) const {
  const std::int64_t width = config_.hidden_size;
  const float scale = float(config_.embedding_scale);
  float* gradient = affine(gradients, embedding_name).weight;
  for (const std::int32_t token : tokens) {
    float* row = gradient + token * width;
    for (std::int64_t i = 0; i < width; ++i) row[i] += scale * dx[i];
    dx += width;
  }
}

}  // namespace corpuscope::model
