#pragma once
// SentencePiece, set up so that it loses nothing: decode(encode(x)) == x for every valid UTF-8 text.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/job.h"

namespace corpuscope::tokens {

class Tokenizer {
 public:
  static Tokenizer load(const std::filesystem::path& model);  // throws core::Error
  static Tokenizer from_bytes(std::string_view model);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  int size() const;                  // number of pieces
  std::int32_t separator() const;    // stands between two documents, never inside one
  const std::string& model() const;  // the bytes of the model file

  // Long lines are cut before they reach the library, which takes quadratic time on them; the cut depends on the
  // text alone. Safe to call from several threads at once.
  std::vector<std::int32_t> encode(std::string_view text) const;
  std::string decode(std::span<const std::int32_t> tokens) const;  // the separator decodes to nothing

  // The bytes of text that a token stands for. Their sum over a document is the document's size, so byte offsets
  // of tokens need not be stored.
  std::string_view surface(std::int32_t token) const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct TrainSettings {
  int pieces = 8192;
  std::int64_t sample_bytes = 40'000'000;  // of the texts, drawn evenly
};

// Trains on the given texts and writes `model` (SentencePiece's own format): byte fallback, identity normalisation,
// newlines, tabs and runs of spaces as pieces.
void train(const std::vector<std::filesystem::path>& files, const TrainSettings& settings,
           const std::filesystem::path& model, core::Job& job);

}  // namespace corpuscope::tokens
