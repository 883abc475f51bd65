#pragma once
// A training that takes a second.

#include "training/trainer.h"

namespace corpuscope::training::test {

inline model::Config tiny() {
  model::Config config;
  config.vocab_size = 23;
  config.hidden_size = 32;
  config.layers = 2;
  config.heads = config.kv_heads = 2;
  config.head_dim = 16;
  config.ffn_size = 48;
  config.attention.levels = {{16, 1}, {32, 2}};
  config.attention.staggered = true;
  return config;
}

// A text with a pattern to be learnt: each token follows from the one before it.
inline Texts counting(std::int64_t count) {
  Texts texts{"counting", {}, count, 1};
  for (std::int64_t i = 0; i < count; ++i) texts.tokens.push_back(std::int32_t(i * 5 % 23));
  return texts;
}

inline Settings settings(std::int64_t steps) {
  Settings settings;
  settings.length = 64;
  settings.batch = 2;
  settings.schedule = {5e-3, steps, 5, 0.1};
  settings.evaluate_every = 10;
  settings.checkpoint_every = 10;
  return settings;
}

}  // namespace corpuscope::training::test
