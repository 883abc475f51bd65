#pragma once
// What the forms of Llama-like checkpoints have in common.

#include <cstdint>
#include <filesystem>
#include <functional>

#include "model/checkpoint.h"

namespace corpuscope::model {

struct LlamaSizes {
  std::int64_t vocab = 0, hidden = 0, layers = 0, heads = 0, kv_heads = 0, head_dim = 0, ffn = 0;
  double norm_eps = 0, rope_base = 0, rope_factor = 1;
  std::int64_t context = 0;         // positions that it was trained on
  std::int64_t sliding_window = 0;  // 0: none
  bool tied = false;
};

// Throws core::Error naming `source` where the sizes are no model's.
//
// The pattern: one dense segment as long as the trained positions or, where it is shorter, the window that a token
// could see. Up to there nothing differs from the dense model. A longer text adds levels of twice the segment and
// dilation (pattern::extended), whose positions are counted within the level: none exceeds what was trained.
Config llama_config(const std::filesystem::path& source, const LlamaSizes& sizes);

// Fills checkpoint.weights for its config with what `find` gives for each of our names; null: it is missing. Throws
// core::Error naming the first that is missing or of another shape.
void place_weights(const std::filesystem::path& source, Checkpoint& checkpoint,
                   const std::function<const CheckpointWeight*(const std::string& name)>& find);

[[noreturn]] void refuse_checkpoint(const std::filesystem::path& source, const std::string& problem,
                                    const std::string& remedy);
[[noreturn]] void damaged_checkpoint(const std::filesystem::path& source, const std::string& problem);

}  // namespace corpuscope::model
