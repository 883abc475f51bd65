// Llama-like models in GGUF: where the sizes, the weights and the vocabulary are.

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "model/gguf.h"
#include "model/llama.h"
#include "tokens/vocabulary.h"

namespace corpuscope::model {
namespace {

namespace fs = std::filesystem;

constexpr auto remedy =
    "GGUF files of the architecture \"llama\" with its SentencePiece vocabulary can be imported: Llama 2, TinyLlama, "
    "Mistral 0.1 and others alike.";

class Values {
 public:
  Values(const fs::path& file, const Gguf& gguf) : file_(file), values_(gguf.values) {}

  template <typename Value>
  const Value* find(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return nullptr;
    const Value* value = std::get_if<Value>(&found->second);
    if (!value) damaged_checkpoint(file_, fmt::format("its value {} is of the wrong kind", name));
    return value;
  }

  template <typename Value>
  Value get(const std::string& name, std::optional<Value> absent = {}) const {
    const Value* value = find<Value>(name);
    if (!value && !absent) damaged_checkpoint(file_, fmt::format("its value {} is missing", name));
    return value ? *value : *absent;
  }

  std::int64_t integer(const std::string& name, std::optional<std::int64_t> absent = {}) const {
    return get<std::int64_t>(name, absent);
  }

 private:
  const fs::path& file_;
  const std::map<std::string, GgufValue>& values_;
};

double rope_factor(const fs::path& file, const Values& values) {
  const double linear = values.get<double>("llama.rope.scale_linear", 1.0);  // as older files have it
  const std::string type = values.get<std::string>("llama.rope.scaling.type", "none");
  if (type == "none") return linear;
  if (type != "linear")
    refuse_checkpoint(file, fmt::format("its rotary positions are scaled by \"{}\"", type),
                      "Positions that are not scaled, or by \"linear\", can be imported.");
  return values.get<double>("llama.rope.scaling.factor");
}

LlamaSizes sizes_of(const fs::path& file, const Values& values, const Gguf& gguf) {
  LlamaSizes sizes;
  sizes.hidden = values.integer("llama.embedding_length");
  sizes.layers = values.integer("llama.block_count");
  sizes.heads = values.integer("llama.attention.head_count");
  sizes.kv_heads = values.integer("llama.attention.head_count_kv", sizes.heads);
  sizes.head_dim = values.integer("llama.attention.key_length", sizes.heads > 0 ? sizes.hidden / sizes.heads : 0);
  if (values.integer("llama.attention.value_length", sizes.head_dim) != sizes.head_dim ||
      values.integer("llama.rope.dimension_count", sizes.head_dim) != sizes.head_dim)
    refuse_checkpoint(file, "its heads have values of another size than keys, or rotate a part of the dimensions only",
                      remedy);
  sizes.ffn = values.integer("llama.feed_forward_length");
  if (values.integer("llama.expert_count", 0) > 0) refuse_checkpoint(file, "it is a mixture of experts", remedy);
  sizes.norm_eps = values.get<double>("llama.attention.layer_norm_rms_epsilon");
  sizes.rope_base = values.get<double>("llama.rope.freq_base", 10000.0);
  sizes.rope_factor = rope_factor(file, values);
  sizes.context = values.integer("llama.context_length");
  sizes.sliding_window = values.integer("llama.attention.sliding_window", 0);
  sizes.tied = !gguf.tensors.contains("output.weight");
  const auto embedding = gguf.tensors.find("token_embd.weight");
  if (embedding != gguf.tensors.end() && embedding->second.shape.size() == 2) sizes.vocab = embedding->second.shape[0];
  return sizes;
}

// "model.layers.7.mlp.up_proj.weight" is "blk.7.ffn_up.weight" there.
std::string name_in_gguf(const std::string& ours) {
  constexpr std::pair<const char*, const char*> parts[] = {{"input_layernorm", "attn_norm"},
                                                           {"self_attn.q_proj", "attn_q"},
                                                           {"self_attn.k_proj", "attn_k"},
                                                           {"self_attn.v_proj", "attn_v"},
                                                           {"self_attn.o_proj", "attn_output"},
                                                           {"post_attention_layernorm", "ffn_norm"},
                                                           {"mlp.gate_proj", "ffn_gate"},
                                                           {"mlp.up_proj", "ffn_up"},
                                                           {"mlp.down_proj", "ffn_down"}};
  constexpr std::string_view layer_prefix = "model.layers.";
  if (ours == "model.embed_tokens.weight") return "token_embd.weight";
  if (ours == "model.norm.weight") return "output_norm.weight";
  if (ours == "lm_head.weight") return "output.weight";
  const std::size_t dot = ours.find('.', layer_prefix.size());
  const std::string layer = ours.substr(layer_prefix.size(), dot - layer_prefix.size());
  for (const auto& [part, theirs] : parts)
    if (ours.substr(dot + 1) == fmt::format("{}.weight", part)) return fmt::format("blk.{}.{}.weight", layer, theirs);
  return {};
}

bool is_turned(const std::string& name) { return name.ends_with("q_proj.weight") || name.ends_with("k_proj.weight"); }

tokens::Vocabulary vocabulary_of(const fs::path& file, const Values& values) {
  const std::string model = values.get<std::string>("tokenizer.ggml.model");
  if (model != "llama") refuse_checkpoint(file, fmt::format("its tokenizer is of the kind \"{}\"", model), remedy);
  const auto* texts = values.find<std::vector<std::string>>("tokenizer.ggml.tokens");
  const auto* scores = values.find<std::vector<double>>("tokenizer.ggml.scores");
  const auto* kinds = values.find<std::vector<std::int64_t>>("tokenizer.ggml.token_type");
  if (!texts || !scores || !kinds || texts->size() != scores->size() || texts->size() != kinds->size())
    damaged_checkpoint(file, "its vocabulary lacks the tokens, their scores or their kinds");
  tokens::Vocabulary vocabulary;
  for (std::size_t i = 0; i < texts->size(); ++i) {
    if ((*kinds)[i] < 1 || (*kinds)[i] > 6) damaged_checkpoint(file, fmt::format("token {} is of no known kind", i));
    vocabulary.pieces.push_back({(*texts)[i], float((*scores)[i]), tokens::PieceKind((*kinds)[i])});
  }
  const auto id = [&](const char* name, std::int64_t usual) {
    const std::int64_t id = values.integer(name, usual);
    if (id < 0 || id >= std::int64_t(texts->size())) damaged_checkpoint(file, fmt::format("{} is no token", name));
    return int(id);
  };
  vocabulary.unknown = id("tokenizer.ggml.unknown_token_id", 0);
  vocabulary.begin = id("tokenizer.ggml.bos_token_id", 1);
  vocabulary.end = id("tokenizer.ggml.eos_token_id", 2);
  vocabulary.space_before_text = values.get<bool>("tokenizer.ggml.add_space_prefix", true);
  return vocabulary;
}

Gguf read_gguf(const TensorFile& file) {
  std::vector<std::byte> head(std::size_t(std::min(file.size(), longest_gguf_header)));
  file.read(0, head.size(), head.data());
  return parse_gguf(file.path(), head, file.size());
}

}  // namespace

Checkpoint open_gguf(const fs::path& path) {
  const auto file = std::make_shared<const TensorFile>(path);
  const Gguf gguf = read_gguf(*file);
  const Values values(path, gguf);
  const std::string architecture = values.get<std::string>("general.architecture");
  if (architecture != "llama")
    refuse_checkpoint(path, fmt::format("it is of the architecture \"{}\"", architecture), remedy);
  Checkpoint checkpoint;
  checkpoint.origin = fmt::format("GGUF {}, {}", gguf.version, architecture);
  checkpoint.config = llama_config(path, sizes_of(path, values, gguf));
  CheckpointWeight weight;
  std::size_t placed = 0;
  place_weights(path, checkpoint, [&](const std::string& name) -> const CheckpointWeight* {
    const auto found = gguf.tensors.find(name_in_gguf(name));
    if (found == gguf.tensors.end()) return nullptr;
    ++placed;
    weight = {file, found->second, is_turned(name)};
    return &weight;
  });
  // Among them "rope_freqs.weight", by which newer models scale their rotary positions.
  if (placed != gguf.tensors.size()) {
    for (const auto& [name, tensor] : gguf.tensors)
      if (std::none_of(checkpoint.weights.begin(), checkpoint.weights.end(),
                       [&, theirs = name](const auto& one) { return name_in_gguf(one.first) == theirs; }))
        refuse_checkpoint(path, fmt::format("the tensor {} has no place in a Llama 2 model", name), remedy);
  }
  checkpoint.tokenizer = tokens::sentencepiece_model(vocabulary_of(path, values));
  return checkpoint;
}

}  // namespace corpuscope::model
