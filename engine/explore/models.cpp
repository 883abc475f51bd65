#include "explore/models.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "explore/model_needs.h"
#include "explore/open.h"
#include "model/decoder.h"
#include "model/import.h"
#include "model/tensor_file.h"

namespace corpuscope::explore {
namespace {

namespace fs = std::filesystem;

std::string architecture_of(const model::Config& config) {
  const bool grouped = config.kv_heads != config.heads;
  const std::string groups = grouped ? fmt::format(" ({} of keys and values)", config.kv_heads) : "";
  return fmt::format("{} layers of {}, {} heads{} of {}, feed-forward {}, {}, {}", config.layers, config.hidden_size,
                     config.heads, groups, config.head_dim, config.ffn_size,
                     config.norm == model::Norm::rmsnorm ? "rmsnorm" : "layernorm",
                     config.ffn == model::FeedForward::swiglu ? "swiglu" : "gelu");
}

bool holds_model(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "config.json", ignored);
}

// The model folders in a folder, by name; itself where it is one. What cannot be looked into holds none.
std::vector<fs::path> models_in(const fs::path& folder) {
  if (holds_model(folder)) return {folder};
  std::vector<fs::path> found;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
    if (holds_model(entry->path())) found.push_back(entry->path());
  std::sort(found.begin(), found.end());
  return found;
}

std::string last_name(const fs::path& path) { return (path / "").lexically_normal().parent_path().filename().string(); }

void fill(ModelInfo& info) {
  const model::Config config = model::Decoder::load_config(info.folder);
  info.architecture = architecture_of(config);
  info.parameters = model::parameter_count(config);
  info.vocabulary = config.vocab_size;
  info.trained_length = config.trained_length;
  info.base_segment = config.attention.levels.front().segment;
  const model::WeightForm form = model::Decoder::check_weights(info.folder, config);
  info.weights = model::name(form);
  info.memory = memory_needed(config, info.folder, usual_length);
  info.tokens_per_second = estimated_speed(config, form, usual_length);
}

void add(std::vector<ModelInfo>& models, const fs::path& folder, const char* place) {
  for (const fs::path& one : models_in(folder)) {
    models.push_back(describe_model(one));
    models.back().place = place;
  }
}

bool comes_along(const fs::path& folder) {
  std::error_code ignored;
  try {
    return fs::equivalent(folder / "..", resource("models"), ignored);
  } catch (const core::Error&) {
    return false;  // none do
  }
}

// A plain name, which could not lead elsewhere.
bool is_name(const fs::path& path) {
  return !path.empty() && !path.has_parent_path() && path != "." && path != "..";
}

}  // namespace

fs::path models_folder() { return data_folder() / "models"; }

std::vector<ModelInfo> list_models(const std::vector<fs::path>& further) {
  std::vector<ModelInfo> models;
  add(models, resource("models"), "shipped");
  add(models, models_folder(), "imported");
  for (const fs::path& folder : further) {
    const std::size_t before = models.size();
    add(models, folder, "given");
    if (models.size() == before)
      throw core::Error(fmt::format("There is no model in {}.", folder.string()),
                        "Name a model's folder, or one that holds some; others' models have to be imported first.");
  }
  return models;
}

ModelInfo describe_model(const fs::path& folder) {
  ModelInfo info;
  info.name = last_name(folder);
  info.folder = folder;
  info.place = "given";
  std::error_code ignored;
  for (const char* file : {"config.json", "model.safetensors", "tokenizer.model"})
    if (const auto size = fs::file_size(folder / file, ignored); !ignored) info.disk += std::int64_t(size);
  try {
    fill(info);
  } catch (const core::Error& error) {
    info.problem = error.what();
    info.remedy = error.remedy();
  }
  return info;
}

fs::path model_folder(const fs::path& meant) {
  if (meant.empty()) return resource("models/pocket");
  std::error_code ignored;
  if (fs::exists(meant, ignored) || !is_name(meant)) return meant;
  if (const fs::path imported = models_folder() / meant; holds_model(imported)) return imported;
  if (const fs::path shipped = resource("models") / meant; holds_model(shipped)) return shipped;
  throw core::Error(fmt::format("There is no model \"{}\".", meant.string()),
                    "\"corpuscope model list\" tells which there are; a folder may be named too.");
}

fs::path tokenizer_of(const fs::path& folder) {
  std::error_code ignored;
  if (const fs::path own = folder / "tokenizer.model"; fs::exists(own, ignored)) return own;
  return comes_along(folder) ? resource("tokenizer/default.model") : fs::path();
}

MemoryNeed memory_needed(const fs::path& folder, std::int64_t tokens) {
  return memory_needed(model::Decoder::load_config(folder), folder, tokens);
}

bool is_checkpoint(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) return true;
  if (!fs::is_directory(path, ignored)) return false;
  return !holds_model(path) || model::Decoder::is_of_others(path);
}

CheckpointInfo describe_checkpoint(const fs::path& source) {
  const model::Checkpoint checkpoint = model::open_checkpoint(source);
  const model::Config& config = checkpoint.config;
  CheckpointInfo info;
  info.origin = checkpoint.origin;
  info.architecture = architecture_of(config);
  info.parameters = model::parameter_count(config);
  info.vocabulary = config.vocab_size;
  info.trained_length = config.trained_length;
  info.base_segment = config.attention.levels.front().segment;
  info.float32_bytes = model::weight_bytes(config, model::WeightForm::float32);
  info.bf16_bytes = model::weight_bytes(config, model::WeightForm::bf16);
  info.int8_bytes = model::weight_bytes(config, model::WeightForm::int8);
  return info;
}

fs::path import_model(const ImportSettings& settings, core::Job& job) {
  const auto form = model::weight_form(settings.weights);
  if (!form)
    throw core::Error(fmt::format("\"{}\" is no form of weights.", settings.weights), "Use float32, bf16 or int8.");
  model::Checkpoint checkpoint = model::open_checkpoint(settings.source);
  std::int64_t& segment = checkpoint.config.attention.levels.front().segment;
  if (settings.segment > segment || settings.segment < 0)
    throw core::Error(fmt::format("A dense segment of {} tokens is longer than the {} that the model was trained on.",
                                  settings.segment, segment),
                      "Choose a shorter one: positions beyond are nothing that it knows.");
  if (settings.segment > 0) segment = settings.segment;
  const fs::path named = settings.to.empty() ? fs::path(last_name(settings.source)).stem() : settings.to;
  const fs::path target = is_name(named) ? models_folder() / named : named;
  model::import_checkpoint(checkpoint, target, *form, job);
  return target;
}

}  // namespace corpuscope::explore
