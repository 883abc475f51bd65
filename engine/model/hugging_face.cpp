// Folders in the form of Hugging Face: config.json, weights in one safetensors file or in several with an index, and
// SentencePiece's tokenizer.model. The weights have the names and the rotary layout (`half`) that ours have.

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "model/llama.h"

namespace corpuscope::model {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr auto remedy = "Models of the Llama family can be imported: Llama 2, TinyLlama, Mistral 0.1 and others alike.";

std::string read_bytes(const fs::path& file, std::uint64_t most) {
  const TensorFile in(file);
  if (in.size() > most) damaged_checkpoint(file, fmt::format("it has more than {} bytes", most));
  std::string bytes(in.size(), '\0');
  in.read(0, in.size(), reinterpret_cast<std::byte*>(bytes.data()));
  return bytes;
}

Json read_json(const fs::path& file) {
  constexpr int deepest = 16;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) { return !(too_deep = too_deep || depth > deepest); };
  const Json json = Json::parse(read_bytes(file, 100'000'000), watch, false);
  if (json.is_discarded() || too_deep || !json.is_object()) damaged_checkpoint(file, "it is no JSON object");
  return json;
}

// The fields of config.json; what is null counts as missing.
class Fields {
 public:
  Fields(const fs::path& file, const Json& object) : file_(file), object_(object) {}

  const Json* find(const char* field) const {
    const auto found = object_.find(field);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  std::int64_t integer(const char* field, std::optional<std::int64_t> absent = {}) const {
    const Json* value = find(field);
    if (!value) return required(field, absent);
    const bool too_large = value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t(INT64_MAX);
    if (!value->is_number_integer() || too_large) wrong(field, "integer");
    return value->get<std::int64_t>();
  }

  double number(const char* field, std::optional<double> absent = {}) const {
    const Json* value = find(field);
    if (!value) return required(field, absent);
    if (!value->is_number()) wrong(field, "number");
    return value->get<double>();
  }

  bool boolean(const char* field, bool absent) const {
    const Json* value = find(field);
    if (value && !value->is_boolean()) wrong(field, "truth value");
    return value ? value->get<bool>() : absent;
  }

  std::string text(const char* field, const std::string& absent) const {
    const Json* value = find(field);
    if (value && !value->is_string()) wrong(field, "string");
    return value ? value->get<std::string>() : absent;
  }

  std::optional<Fields> object(const char* field) const {
    const Json* value = find(field);
    if (!value) return std::nullopt;
    if (!value->is_object()) wrong(field, "object");
    return Fields(file_, *value);
  }

 private:
  template <typename Value>
  Value required(const char* field, std::optional<Value> absent) const {
    if (!absent) damaged_checkpoint(file_, fmt::format("\"{}\" is missing", field));
    return *absent;
  }
  [[noreturn]] void wrong(const char* field, const char* kind) const {
    damaged_checkpoint(file_, fmt::format("\"{}\" is no {}", field, kind));
  }

  const fs::path& file_;
  const Json& object_;
};

std::string model_type(const fs::path& file, const Fields& fields) {
  const std::string type = fields.text("model_type", "llama");
  if (type != "llama" && type != "mistral")
    refuse_checkpoint(file, fmt::format("it is of the architecture \"{}\"", type), remedy);
  return type;
}

// What a Llama-like config may ask for and the engine does not have.
void refuse_strange_parts(const fs::path& file, const Fields& fields) {
  for (const char* field : {"attention_bias", "mlp_bias"})
    if (fields.boolean(field, false)) refuse_checkpoint(file, fmt::format("it has \"{}\"", field), remedy);
  if (const std::string act = fields.text("hidden_act", "silu"); act != "silu")
    refuse_checkpoint(file, fmt::format("its \"hidden_act\" is \"{}\", not \"silu\"", act), remedy);
  if (fields.number("partial_rotary_factor", 1.0) != 1)
    refuse_checkpoint(file, "it rotates a part of the dimensions only", remedy);
  if (fields.find("quantization_config"))
    refuse_checkpoint(file, "its weights are quantised by \"quantization_config\"",
                      "Import the model in F32, F16 or BF16, or as GGUF; it can be kept in int8 here.");
}

// Linear scaling divides the positions. Dynamic scaling changes them only beyond the trained length, where no position
// ever comes here.
double rope_factor(const fs::path& file, const Fields& scaling) {
  const std::string type = scaling.text("rope_type", scaling.text("type", "default"));
  if (type == "default" || type == "dynamic") return 1;
  if (type != "linear")
    refuse_checkpoint(file, fmt::format("its rotary positions are scaled by \"{}\"", type),
                      "Positions that are not scaled, or by \"linear\" or \"dynamic\", can be imported.");
  return scaling.number("factor");
}

LlamaSizes sizes_of(const fs::path& file, const Fields& fields) {
  LlamaSizes sizes;
  sizes.vocab = fields.integer("vocab_size");
  sizes.hidden = fields.integer("hidden_size");
  sizes.layers = fields.integer("num_hidden_layers");
  sizes.heads = fields.integer("num_attention_heads");
  sizes.kv_heads = fields.integer("num_key_value_heads", sizes.heads);
  sizes.head_dim = fields.integer("head_dim", sizes.heads > 0 ? sizes.hidden / sizes.heads : 0);
  sizes.ffn = fields.integer("intermediate_size");
  sizes.norm_eps = fields.number("rms_norm_eps", 1e-6);
  sizes.rope_base = fields.number("rope_theta", 10000.0);
  for (const char* name : {"rope_scaling", "rope_parameters"})
    if (const auto scaling = fields.object(name)) {
      sizes.rope_base = scaling->number("rope_theta", sizes.rope_base);
      sizes.rope_factor = rope_factor(file, *scaling);
    }
  sizes.context = fields.integer("max_position_embeddings", 2048);
  sizes.sliding_window = fields.integer("sliding_window", 0);
  sizes.tied = fields.boolean("tie_word_embeddings", false);
  return sizes;
}

using Weights = std::map<std::string, CheckpointWeight>;

void add_file(const fs::path& path, Weights& weights) {
  const auto file = std::make_shared<const TensorFile>(path);
  for (const auto& [name, tensor] : list_safetensors(path)) {
    if (tensor.form == NumberForm::int8)
      refuse_checkpoint(path, fmt::format("{} is kept as I8", name), "Import the model in F32, F16 or BF16.");
    weights[name] = {file, tensor};
  }
}

// The files that an index names, each beside it.
std::set<std::string> files_of_index(const fs::path& index) {
  const Json json = read_json(index);
  const auto map = json.find("weight_map");
  if (map == json.end() || !map->is_object()) damaged_checkpoint(index, "it has no \"weight_map\"");
  std::set<std::string> files;
  for (const auto& [weight, file] : map->items()) {
    if (!file.is_string()) damaged_checkpoint(index, fmt::format("the file of {} is no string", weight));
    const std::string name = file.get<std::string>();
    if (name.empty() || name.find('/') != std::string::npos || name.find('\0') != std::string::npos || name[0] == '.')
      damaged_checkpoint(index, fmt::format("the file of {} is not beside it", weight));
    files.insert(name);
  }
  if (files.size() > 10'000) damaged_checkpoint(index, "it names too many files");
  return files;
}

Weights weights_of(const fs::path& folder) {
  Weights weights;
  std::error_code ignored;
  const fs::path one = folder / "model.safetensors", index = folder / "model.safetensors.index.json";
  if (fs::exists(one, ignored)) {
    add_file(one, weights);
  } else if (fs::exists(index, ignored)) {
    for (const std::string& file : files_of_index(index)) {
      if (!fs::exists(folder / file, ignored))
        refuse_checkpoint(folder, fmt::format("its part {} is missing", file), "Fetch the missing file.");
      add_file(folder / file, weights);
    }
  } else {
    const bool pickled = fs::exists(folder / "pytorch_model.bin", ignored) ||
                         fs::exists(folder / "pytorch_model.bin.index.json", ignored);
    refuse_checkpoint(folder, pickled ? "its weights are a pickled program" : "it has no weights",
                      "Fetch the model's model.safetensors, or all parts with model.safetensors.index.json.");
  }
  return weights;
}

// Old checkpoints hold the table of rotary frequencies, which follows from the config.
bool needless(const std::string& name) { return name.ends_with(".rotary_emb.inv_freq"); }

std::string tokenizer_of(const fs::path& folder) {
  const fs::path file = folder / "tokenizer.model";
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    refuse_checkpoint(folder, "it has no tokenizer.model",
                      "Fetch that file too; models without a SentencePiece tokenizer cannot be imported.");
  return read_bytes(file, 100'000'000);
}

}  // namespace

Checkpoint open_hugging_face(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  const Json json = read_json(file);
  const Fields fields(file, json);
  Checkpoint checkpoint;
  checkpoint.origin = "Hugging Face, " + model_type(file, fields);
  refuse_strange_parts(file, fields);
  checkpoint.config = llama_config(file, sizes_of(file, fields));
  const Weights weights = weights_of(folder);
  place_weights(folder, checkpoint, [&](const std::string& name) {
    const auto found = weights.find(name);
    return found == weights.end() ? nullptr : &found->second;
  });
  for (const auto& [name, weight] : weights) {
    const bool spare_head = name == "lm_head.weight" && checkpoint.config.tied_embeddings;
    if (!checkpoint.weights.contains(name) && !needless(name) && !spare_head)
      refuse_checkpoint(folder, fmt::format("the weight {} has no place in a Llama model", name), remedy);
  }
  checkpoint.tokenizer = tokenizer_of(folder);
  return checkpoint;
}

Checkpoint open_checkpoint(const fs::path& place) {
  std::error_code ignored;
  if (!fs::is_directory(place, ignored)) return open_gguf(place);
  if (fs::exists(place / "config.json", ignored)) return open_hugging_face(place);
  std::optional<fs::path> found;
  for (const auto& entry : fs::directory_iterator(place, ignored)) {
    if (entry.path().extension() != ".gguf") continue;
    if (found) refuse_checkpoint(place, "it holds several GGUF files", "Name the one that you mean.");
    found = entry.path();
  }
  if (!found)
    refuse_checkpoint(place, "it holds neither a config.json nor a GGUF file",
                      "Choose a model's folder in the form of Hugging Face, or a .gguf file.");
  return open_gguf(*found);
}

}  // namespace corpuscope::model
