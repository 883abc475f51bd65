#pragma once
// The models that are at hand: those that come along, those that were imported, and folders that are named. What they
// are, what they need, and how quick they will be here. Nothing is ever downloaded.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/job.h"

namespace corpuscope::explore {

// Bytes that reading takes.
struct MemoryNeed {
  std::int64_t weights = 0;  // mapped from the file where they are kept in a short form
  std::int64_t state = 0;    // what the stream remembers: keys and values of the open segments
  std::int64_t working = 0;  // rows of a chunk on their way through a layer
  std::int64_t total() const { return weights + state + working; }
};

struct ModelInfo {
  std::string name;
  std::filesystem::path folder;
  std::string place;    // "shipped", "imported" or "given"
  std::string problem;  // why it cannot be used; empty: it can
  std::string remedy;
  std::string architecture;  // "4 layers of 384, 6 heads of 64, feed-forward 1024, rmsnorm, swiglu, per_level"
  std::string weights;       // "float32", "bf16" or "int8"
  std::int64_t parameters = 0, vocabulary = 0;
  std::int64_t trained_length = 0;  // tokens; 0: unknown
  std::int64_t base_segment = 0;    // tokens that are attended densely
  std::int64_t disk = 0;            // bytes
  MemoryNeed memory;                // for `usual_length` tokens
  double tokens_per_second = 0;     // estimated from the products' speed on this machine
};

// The sequence that memory and speed are told for.
inline constexpr std::int64_t usual_length = 1'000'000;

// `further`: model folders, or folders that hold some.
std::vector<ModelInfo> list_models(const std::vector<std::filesystem::path>& further = {});

// Of a model folder. Damage is told in `problem`.
ModelInfo describe_model(const std::filesystem::path& folder);

// Where imported models lie: models/ in the user's data directory.
std::filesystem::path models_folder();

// The folder of a model that is meant by its path or by its name in the list; empty: `pocket`. Throws core::Error.
std::filesystem::path model_folder(const std::filesystem::path& meant);

// The SentencePiece model that a model folder was trained with: its own, or the default one for those that come along.
// Empty where the folder does not say.
std::filesystem::path tokenizer_of(const std::filesystem::path& folder);

// What reading so many tokens with a model folder takes. Throws core::Error where its config.json is damaged.
MemoryNeed memory_needed(const std::filesystem::path& folder, std::int64_t tokens);

// Throws core::Error with all sizes where `available` (-1: unknown) is less than what the model needs for the tokens.
void require_memory(const std::string& model, const MemoryNeed& need, std::int64_t tokens, std::int64_t available);

// A checkpoint of others before it is imported.
struct CheckpointInfo {
  std::string origin;  // "Hugging Face, llama"
  std::string architecture;
  std::int64_t parameters = 0, vocabulary = 0, trained_length = 0, base_segment = 0;
  std::int64_t float32_bytes = 0, bf16_bytes = 0, int8_bytes = 0;  // that it would take
};

// Whether the path is a checkpoint of others by its looks, not a model folder of ours.
bool is_checkpoint(const std::filesystem::path& path);

// Throws core::Error where `source` is no checkpoint that can be imported.
CheckpointInfo describe_checkpoint(const std::filesystem::path& source);

struct ImportSettings {
  std::filesystem::path source;  // a folder in the form of Hugging Face, or a GGUF file
  std::filesystem::path to;      // a name among the imported models, or a path; empty: named after the source
  std::string weights = "bf16";  // float32, bf16, int8
  std::int64_t segment = 0;      // tokens attended densely; 0: as many as the model was trained on
};

// Returns the new model's folder.
std::filesystem::path import_model(const ImportSettings& settings, core::Job& job);

}  // namespace corpuscope::explore
