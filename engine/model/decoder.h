#pragma once
// The decoder language model on the processor: whole sequences with gradients for training, and a stream of any
// length in constant memory for reading.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/function_ref.h"
#include "model/config.h"
#include "model/streaming.h"
#include "model/weights.h"

namespace corpuscope::parallel {
class Collective;
}

namespace corpuscope::model {

// Buffers that a training loop keeps from step to step, so that a step allocates nothing. One step at a time.
class Workspace {
 public:
  Workspace();
  ~Workspace();
  struct Impl;

 private:
  friend class Decoder;
  std::unique_ptr<Impl> impl_;
};

class Decoder {
 public:
  Decoder(Config config, Tensors weights);  // throws core::Error where they do not fit together

  // config.json and model.safetensors of a folder. Where matrices are kept as BF16 or I8 they stay in the file, which
  // is mapped.
  static Decoder load(const std::filesystem::path& folder);

  static Config load_config(const std::filesystem::path& folder);

  // Whether the folder's config.json is in the form of Hugging Face.
  static bool is_of_others(const std::filesystem::path& folder);

  // Throws core::Error where the weights of a folder are not those of the config, without loading them. Gives their form.
  static WeightForm check_weights(const std::filesystem::path& folder, const Config& config);

  const Config& config() const { return config_; }
  const Tensors& weights() const { return weights_; }  // none where they are `stored`
  Tensors& weights() { return weights_; }

  // Left in the form and the file that they came in, for reading only: to have gradients, they would have to be Tensors.
  bool stored() const { return stored_ != nullptr; }

  WeightSource source() const { return stored_ ? WeightSource(*stored_) : WeightSource(weights_); }  // of either

  // Calls visit(name, bytes) for everything that the weights are, in the same order each time.
  void each_weight(core::FunctionRef<void(const std::string&, std::span<const std::byte>)> visit) const;

  // Logits of every position, [length, vocab].
  std::vector<float> logits(std::span<const std::int32_t> tokens) const;

  // Mean cross-entropy (nats) of position t against token t + 1, t = 0 .. length - 2. The gradients (one for each
  // weight, already allocated and zeroed by `zero_gradients`) are added to.
  double loss(std::span<const std::int32_t> tokens, Tensors* gradients = nullptr,
              Workspace* workspace = nullptr) const;

  // This rank's share of it where the sequence is split over ranks, each of which gives all tokens: the shares of all
  // ranks add up to the loss, their gradients to its gradients.
  double loss(parallel::Collective& ranks, std::span<const std::int32_t> tokens, Tensors* gradients = nullptr,
              Workspace* workspace = nullptr) const;

  // Surprisal in bits of each token given those before it; the first costs log2(vocab).
  std::vector<float> surprisal(std::span<const std::int32_t> tokens) const;

  Tensors zero_gradients() const;

  // Another pattern over the same weights: more levels for longer texts.
  void set_pattern(pattern::Pattern pattern);

  void set_precision(compute::Precision precision) { config_.precision = precision; }

 private:
  Decoder(Config config, std::shared_ptr<const StoredWeights> stored);

  Config config_;
  Tensors weights_;
  std::shared_ptr<const StoredWeights> stored_;
};

// Reads a sequence chunk by chunk. Memory depends on the pattern and the chunk, not on how much was read.
//
// Several ranks read one sequence: each calls every member with the same arguments and gets the same results, while it
// computes its part of the rows and, inside of the attention, of the heads. Only these come to a rank's sinks.
class Reader {
 public:
  explicit Reader(const Decoder& decoder);
  // Reads from this position of a sequence on as if there were nothing before it; cannot be saved.
  Reader(const Decoder& decoder, std::int64_t beginning);
  Reader(const Decoder& decoder, parallel::Collective& ranks);
  explicit Reader(std::unique_ptr<Streaming> streaming) : impl_(std::move(streaming)) {}

  // See Streaming.
  void append(std::span<const std::int32_t> tokens, float* surprisal_bits, LayerSinks* sinks = nullptr) {
    impl_->append(tokens, surprisal_bits, sinks);
  }
  const std::vector<float>& next_logits() const { return impl_->next_logits(); }
  std::int64_t position() const { return impl_->position(); }
  std::int64_t piece() const { return impl_->piece(); }
  std::int64_t state_bytes() const { return impl_->state_bytes(); }
  std::vector<std::byte> save() const { return impl_->save(); }
  void load(std::span<const std::byte> state) { impl_->load(state); }

 private:
  std::unique_ptr<Streaming> impl_;
};

}  // namespace corpuscope::model
