#pragma once
// The processor's stream in the place of a GPU's, for tests of what stands above it.

#include "model/decoder.h"

namespace corpuscope::test {

class ProcessorStreaming : public model::Streaming {
 public:
  ProcessorStreaming(const model::Decoder& decoder, parallel::Collective* ranks)
      : reader_(ranks ? model::Reader(decoder, *ranks) : model::Reader(decoder)) {}
  void append(std::span<const std::int32_t> tokens, float* bits, model::LayerSinks* sinks) override {
    reader_.append(tokens, bits, sinks);
  }
  const std::vector<float>& next_logits() override { return reader_.next_logits(); }
  std::int64_t position() const override { return reader_.position(); }
  std::int64_t state_bytes() const override { return reader_.state_bytes(); }
  std::vector<std::byte> save() const override { return reader_.save(); }
  void load(std::span<const std::byte> state) override { reader_.load(state); }

 private:
  model::Reader reader_;
};

}  // namespace corpuscope::test
