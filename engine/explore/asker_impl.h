#pragma once
// What an Asker keeps from question to question.

#include "explore/ask.h"
#include "explore/run_reader.h"
#include "explore/search.h"
#include "tokens/tokenizer.h"

namespace corpuscope::explore {

// Positions [begin, end) of the stream.
struct PromptPart {
  std::int64_t begin = 0, end = 0;
};

// Sums the weights on some stretches, of every query. Heads come from several threads, each into a row of its own.
class StretchSums : public attention::WeightSink, public model::LayerSinks {
 public:
  StretchSums(std::vector<PromptPart> stretches, int heads)
      : stretches_(std::move(stretches)), sums_(std::size_t(heads), std::vector<double>(stretches_.size())) {}

  attention::WeightSink* layer(int) override { return this; }

  void tile(const attention::WeightTile& tile) override {
    auto& sums = sums_[std::size_t(tile.head)];
    for (std::size_t s = 0; s < stretches_.size(); ++s) {
      const std::int64_t first = column(tile, stretches_[s].begin), end = column(tile, stretches_[s].end);
      for (std::int64_t row = 0; row < tile.queries; ++row)
        for (std::int64_t c = first; c < end; ++c) sums[s] += double(tile.weights[row * tile.stride + c]);
    }
  }

  double sum(std::size_t stretch) const {
    double all = 0;
    for (const auto& head : sums_) all += head[stretch];
    return all;
  }

 private:
  // The first column whose key is not before the position.
  static std::int64_t column(const attention::WeightTile& tile, std::int64_t position) {
    return std::clamp<std::int64_t>((position - tile.key_first + tile.dilation - 1) / tile.dilation, 0, tile.keys);
  }

  std::vector<PromptPart> stretches_;
  std::vector<std::vector<double>> sums_;  // [head, stretch]
};

// The sources as they are kept, in the order in which they are shown.
std::vector<std::size_t> shown_order(const Answer& answer);

struct Asker::Impl {
  Impl(const std::filesystem::path& file, std::int64_t run, const std::filesystem::path& model)
      : runs(file, run, model),
        text(file),
        passages(runs.workspace()),
        tokenizer(tokens::Tokenizer::from_bytes(runs.workspace().tokenizer_model())) {}

  std::vector<AskSource> find(const std::string& question, const AskSettings& settings, std::int64_t known, core::Job& job);
  std::vector<AskSource> find_before(const std::string& question, const AskSettings& settings, std::int64_t known, core::Job& job);
  AskSource source(const workspace::Document& document, std::int64_t first, std::int64_t bytes, int most_tokens);
  void read(std::span<const std::int32_t> tokens, float* bits, model::LayerSinks* sinks, core::Job& job);
  model::Reader fresh_reader() const;  // behind the known part
  std::vector<std::int32_t> prompt_tokens(const Answer& answer, std::ptrdiff_t left_out, std::vector<PromptPart>* places);
  void prompt(const Answer& answer, std::ptrdiff_t left_out, std::vector<PromptPart>* places, core::Job& job);
  void draw(Answer& answer, const AskSettings& settings, core::Job& job, const OnText& on_text);

  RunReader runs;
  CorpusText text;
  Passages passages;
  tokens::Tokenizer tokenizer;
  std::vector<std::byte> state;  // behind the sequence's known part
  std::unique_ptr<model::Reader> reader;
  std::unique_ptr<StretchSums> sums;
  std::int64_t attending = 0;  // tokens of the answer whose attention is in `sums`
  Answer last;
};

}  // namespace corpuscope::explore
