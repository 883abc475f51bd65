#pragma once
// Small decoders with every option, for the tests.

#include <cmath>
#include <random>
#include <span>

#include "model/decoder.h"

namespace corpuscope::model::test_models {

inline Config config(Position position = Position::rope) {
  Config config;
  config.vocab_size = 53;
  config.hidden_size = 24;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.ffn_size = 40;
  config.position = position;
  config.embedding_scale = 1.5;
  config.attention.levels = {{8, 1}, {16, 2}, {64, 4}};
  config.attention.rule = pattern::OffsetRule::both_ends;
  config.attention.staggered = true;
  return config;
}

// Larger random weights than those a training starts from, so that attention is far from uniform.
inline Decoder decoder(const Config& config, std::uint64_t seed = 1) {
  Tensors weights = initial_weights(config, seed);
  std::mt19937 random(static_cast<unsigned>(seed));
  std::normal_distribution<float> normal(0, 0.25f);
  for (auto& [name, tensor] : weights)
    for (float& number : tensor.data) number += normal(random);
  return {config, std::move(weights)};
}

inline std::vector<std::int32_t> tokens(std::int64_t length, int vocab, unsigned seed = 7) {
  std::mt19937 random(seed);
  std::vector<std::int32_t> tokens(static_cast<std::size_t>(length));
  for (auto& token : tokens) token = std::int32_t(random() % unsigned(vocab));
  return tokens;
}

template <typename Number>
double relative_error(std::span<const Number> ours, std::span<const Number> exact) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    difference += std::pow(double(ours[i]) - double(exact[i]), 2);
    norm += std::pow(double(exact[i]), 2);
  }
  return ours.size() == exact.size() ? std::sqrt(difference / norm) : INFINITY;
}

}  // namespace corpuscope::model::test_models
