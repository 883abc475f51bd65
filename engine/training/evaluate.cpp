#include "training/evaluate.h"

#include <algorithm>
#include <vector>

namespace corpuscope::training {

namespace {

constexpr std::int64_t chunk = 2048, behind_border = 16;

}  // namespace

Evaluation evaluate(const model::Decoder& decoder, std::span<const std::int32_t> tokens, std::int64_t bytes,
                    std::int64_t read_length, core::Job& job, const MakeReader& make_reader) {
  model::Decoder reading = decoder;
  reading.set_pattern(pattern::extended(decoder.config().attention, read_length));
  const std::int64_t base = decoder.config().attention.levels[0].segment, count = std::int64_t(tokens.size());
  Evaluation result;
  double border_bits = 0;
  std::int64_t border_tokens = 0;
  std::vector<float> bits(static_cast<std::size_t>(chunk));
  job.begin("evaluating", "tokens", count);
  for (std::int64_t window = 0; window < count; window += read_length) {
    model::Reader reader = make_reader ? make_reader(reading) : model::Reader(reading);
    const std::int64_t end = std::min(count, window + read_length);
    for (std::int64_t at = window; at < end; at += chunk) {
      job.poll();
      const std::int64_t length = std::min(chunk, end - at);
      reader.append(tokens.subspan(std::size_t(at), std::size_t(length)), bits.data());
      for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t position = at - window + i;
        result.bits += bits[std::size_t(i)];
        if (position < base || position % base >= behind_border) continue;
        border_bits += bits[std::size_t(i)];
        ++border_tokens;
      }
      job.advance(length);
    }
  }
  result.tokens = count;
  result.bits_per_byte = bytes > 0 ? result.bits / double(bytes) : 0;
  if (border_tokens > 0) result.border_loss = border_bits / double(border_tokens) - result.bits / double(count);
  return result;
}

}  // namespace corpuscope::training
