#pragma once
// Models of the Llama family (Llama 2, TinyLlama, Mistral 0.1 and others of that architecture) as people have them on
// disk: a folder in the form of Hugging Face, or a GGUF file. What is opened here is only described; its weights are
// read one by one.

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "model/config.h"
#include "model/tensor_file.h"

namespace corpuscope::model {

// A weight of ours and where it is kept. GGUF has the rows of queries and keys in the order of the `interleaved`
// rotary layout; they are turned to `half` on the way.
struct CheckpointWeight {
  std::shared_ptr<const TensorFile> file;
  StoredTensor tensor;
  bool interleaved_heads = false;
};

struct Checkpoint {
  std::string origin;  // "Hugging Face, llama" or "GGUF 3, llama"
  Config config;       // dilated attention that is dense up to the trained length
  std::map<std::string, CheckpointWeight> weights;  // all of weight_shapes(config), in their shapes
  std::string tokenizer;                            // a SentencePiece model, as it came
};

// A folder with config.json, or a .gguf file, or a folder with one. Throws core::Error that says what is wrong with it,
// or what of it the engine does not have.
Checkpoint open_checkpoint(const std::filesystem::path& place);

Checkpoint open_hugging_face(const std::filesystem::path& folder);
Checkpoint open_gguf(const std::filesystem::path& file);

}  // namespace corpuscope::model
