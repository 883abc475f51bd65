#include "model/llama.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "model/weights.h"

namespace corpuscope::model {
namespace {

constexpr std::int64_t largest = 1 << 24;

}  // namespace

void refuse_checkpoint(const std::filesystem::path& source, const std::string& problem, const std::string& remedy) {
  throw core::Error(fmt::format("{} cannot be used: {}.", source.string(), problem), remedy);
}

void damaged_checkpoint(const std::filesystem::path& source, const std::string& problem) {
  refuse_checkpoint(source, problem, "The file is damaged or of another kind: fetch it again.");
}

Config llama_config(const std::filesystem::path& source, const LlamaSizes& sizes) {
  const auto size = [&](const char* what, std::int64_t value) {
    if (value < 1 || value > largest)
      damaged_checkpoint(source, fmt::format("its {} is {}, not between 1 and {}", what, value, largest));
    return int(value);
  };
  Config config;
  config.vocab_size = size("vocabulary size", sizes.vocab);
  config.hidden_size = size("hidden size", sizes.hidden);
  config.layers = size("number of layers", sizes.layers);
  config.heads = size("number of heads", sizes.heads);
  config.kv_heads = size("number of key and value heads", sizes.kv_heads);
  config.head_dim = size("head size", sizes.head_dim);
  config.ffn_size = size("feed-forward size", sizes.ffn);
  config.norm = Norm::rmsnorm;
  config.norm_eps = sizes.norm_eps;
  config.ffn = FeedForward::swiglu;
  config.position = Position::per_level;
  config.rope_base = sizes.rope_base;
  config.rope_factor = sizes.rope_factor;
  config.rotary_layout = RotaryLayout::half;
  config.tied_embeddings = sizes.tied;
  const std::int64_t context = size("trained length", sizes.context);
  config.attention.levels = {{sizes.sliding_window > 0 ? std::min(context, sizes.sliding_window) : context, 1}};
  config.attention.rule = pattern::OffsetRule::both_ends;
  config.trained_length = context;
  try {
    check(config);
  } catch (const core::Error& error) {
    damaged_checkpoint(source, fmt::format("its sizes do not fit together ({})", error.what()));
  }
  return config;
}

void place_weights(const std::filesystem::path& source, Checkpoint& checkpoint,
                   const std::function<const CheckpointWeight*(const std::string& name)>& find) {
  for (const auto& [name, shape] : weight_shapes(checkpoint.config)) {
    const CheckpointWeight* weight = find(name);
    if (!weight) damaged_checkpoint(source, fmt::format("the weight {} is missing", name));
    if (weight->tensor.shape != shape)
      damaged_checkpoint(source, fmt::format("the weight {} has the shape [{}], not [{}]", name,
                                             fmt::join(weight->tensor.shape, ", "), fmt::join(shape, ", ")));
    checkpoint.weights.emplace(name, *weight);
  }
}

}  // namespace corpuscope::model
