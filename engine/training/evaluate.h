#pragma once
// How well a model predicts held-out text.

#include <cstdint>
#include <functional>
#include <span>

#include "core/job.h"
#include "model/decoder.h"

namespace corpuscope::training {

struct Evaluation {
  std::int64_t tokens = 0;
  double bits = 0;          // of all of them
  double bits_per_byte = 0;
  // Mean bits of the 16 tokens right behind a border of the base segment, less the mean of all tokens: what a pattern
  // loses where a segment begins. Windows begin at a border too; that one does not count.
  double border_loss = 0;
};

// Gives what reads; empty: the processor.
using MakeReader = std::function<model::Reader(const model::Decoder& decoder)>;

// Reads `tokens` in windows of `read_length`, each from nothing, with as many levels as that length asks for. `bytes`
// is the size of the text.
Evaluation evaluate(const model::Decoder& decoder, std::span<const std::int32_t> tokens, std::int64_t bytes,
                    std::int64_t read_length, core::Job& job, const MakeReader& make_reader = {});

}  // namespace corpuscope::training
