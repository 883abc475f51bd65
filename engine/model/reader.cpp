// The stream: the same layers as for whole sequences, with an attention that remembers. With several ranks each has
// some of a piece's rows, and in the attention some of the heads.

#include <algorithm>
#include <numbers>

#include "compute/cross_entropy.h"
#include "core/error.h"
#include "model/decoder.h"
#include "model/head.h"
#include "model/layer.h"
#include "model/reading_state.h"
#include "model/settings.h"
#include "parallel/bytes.h"
#include "parallel/head_exchange.h"

namespace corpuscope::model {
namespace {

class ProcessorStreaming : public Streaming {
 public:
  ProcessorStreaming(const Decoder& decoder_read, parallel::Collective* all_ranks)
      : decoder(decoder_read),
        config(decoder.config()),
        ranks(all_ranks ? *all_ranks : *alone),
        exchange(ranks, config.heads, config.kv_heads, config.head_dim),
        head(config, decoder.source()),
        rotary(config),
        pieces(std::min(largest_piece, rotary.reach())),
        hidden(std::size_t(config.hidden_size), 0.0f) {
    for (int i = 0; i < config.layers; ++i) layers.emplace_back(config, decoder.source(), i);
    streams = fresh_streams();
  }

  void begin_at(std::int64_t position) {
    for (attention::Stream& stream : streams) stream.begin_at(position);
    tokens_read = position;
  }

  void append(std::span<const std::int32_t> tokens, float* bits, LayerSinks* sinks) override;
  const std::vector<float>& next_logits() override;
  std::int64_t position() const override { return tokens_read; }
  std::int64_t piece() const override { return pieces; }
  std::int64_t state_bytes() const override;
  std::vector<std::byte> save() const override;
  void load(std::span<const std::byte> state) override;

 private:
  std::vector<attention::Stream> fresh_streams() const {
    return {std::size_t(config.layers), attention::Stream(attention_settings(config), config.heads, config.kv_heads,
                                                          config.head_dim, exchange.heads())};
  }

  void read_piece(std::span<const std::int32_t> tokens, float* bits, LayerSinks* sinks);
  void run_layers(std::span<const std::int32_t> tokens, const parallel::Part& mine, LayerSinks* sinks);
  void predict(std::span<const std::int32_t> tokens, float* bits, const float* normed, const parallel::Part& mine);
  void share(std::span<float> bits, const parallel::Part& mine);
  std::uint64_t own_fingerprint() const {
    if (decoder_fingerprint == 0) decoder_fingerprint = fingerprint(decoder);
    return decoder_fingerprint;
  }

  const Decoder& decoder;
  const Config config;  // a copy: the decoder's may get another pattern
  const std::unique_ptr<parallel::Collective> alone = parallel::alone();
  parallel::Collective& ranks;
  parallel::HeadExchange exchange;
  Head head;
  Rotary rotary;
  // Pieces end at the multiples of this, wherever chunks end: there xPos gets a new origin.
  const std::int64_t pieces;
  std::vector<Layer> layers;
  std::vector<attention::Stream> streams;
  std::int64_t tokens_read = 0;
  std::vector<float> hidden;  // the last row, behind the final norm
  std::vector<float> logits;  // from `hidden`; empty until somebody asks
  mutable std::uint64_t decoder_fingerprint = 0;

  Activations activations;
  compute::Buffer output, statistics, normed, block;
};

const std::vector<float>& ProcessorStreaming::next_logits() {
  const compute::WithPrecision precision(config.precision);
  if (!logits.empty()) return logits;
  logits.assign(std::size_t(config.vocab_size), 0.0f);  // before the first token all are equally likely
  if (tokens_read > 0) head.logits(1, hidden.data(), logits.data());
  return logits;
}

void ProcessorStreaming::read_piece(std::span<const std::int32_t> tokens, float* bits, LayerSinks* sinks) {
  const std::int64_t all = std::int64_t(tokens.size()), width = config.hidden_size;
  const parallel::Part mine = exchange.rows(all);
  run_layers(tokens, mine, sinks);
  float* normed = this->normed.reserve(mine.count() * width);
  if (mine.count() > 0)
    head.norm(mine.count(), activations.input.data(), normed, statistics.reserve(2 * mine.count()));

  if (bits) predict(tokens, bits, normed, mine);
  if (mine.end == all && mine.count() > 0) std::copy_n(normed + (mine.count() - 1) * width, width, hidden.begin());
  if (bits) {
    share({bits, tokens.size()}, mine);
    for (std::int64_t i = 0; i < all; ++i) bits[i] *= std::numbers::log2e_v<float>;
  }
  logits.clear();
  tokens_read += all;
}

// The first token is predicted from the row kept, the others from those before them.
void ProcessorStreaming::predict(std::span<const std::int32_t> tokens, float* bits, const float* normed,
                                 const parallel::Part& mine) {
  const std::int64_t all = std::int64_t(tokens.size());
  if (ranks.rank() == 0) compute::cross_entropy(1, config.vocab_size, next_logits().data(), tokens.data(), bits);
  const std::int64_t predicted = std::min(mine.end, all - 1) - mine.begin;
  if (predicted > 0)
    head.cross_entropy(tokens.subspan(std::size_t(mine.begin + 1), std::size_t(predicted)), normed, block,
                       bits + mine.begin + 1);
}

// The result lies in activations.input.
void ProcessorStreaming::run_layers(std::span<const std::int32_t> tokens, const parallel::Part& mine, LayerSinks* sinks) {
  const std::int64_t all = std::int64_t(tokens.size()), rows = mine.count(), origin = tokens_read / pieces * pieces;
  if (config.position == Position::xpos && tokens_read == origin && tokens_read > 0)
    for (attention::Stream& stream : streams) stream.scale_keys(rotary.key_factors(pieces));
  rotary.prepare(tokens_read + mine.begin, rows, origin);
  head.embed(tokens.subspan(std::size_t(mine.begin), std::size_t(rows)),
             activations.input.reserve(rows * config.hidden_size));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto attend = [&](const float* q, const float* k, const float* v, float* out, float* lse) {
      exchange.attend(all, q, k, v, out, lse,
                      [&](const float* q, const float* k, const float* v, float* out, float* lse) {
                        streams[i].append(all, q, k, v, out, lse, sinks ? sinks->layer(int(i)) : nullptr);
                      });
    };
    if (rows > 0)
      layers[i].forward(rows, rotary, attend, activations, activations.input.data());
    else  // fewer rows than ranks: this one has heads alone
      attend(nullptr, nullptr, nullptr, nullptr, nullptr);
  }
}

// What each rank found of the tokens that its rows predict, and the last row, for all.
void ProcessorStreaming::share(std::span<float> bits, const parallel::Part& mine) {
  if (ranks.size() == 1) return;
  const std::int64_t all = std::int64_t(bits.size());
  // Of the tokens that a rank knows: row t predicts token t + 1, and the first rank knows token 0.
  const auto known = [&](int rank) {
    const parallel::Part part = parallel::part_of(all, rank, ranks.size());
    return parallel::Part{rank == 0 ? 0 : std::min(part.begin + 1, all), std::min(part.end + 1, all)};
  };
  const parallel::Part own = known(ranks.rank());
  std::vector<float> message(bits.begin() + own.begin, bits.begin() + own.end);
  if (mine.end == all && mine.count() > 0) message.insert(message.end(), hidden.begin(), hidden.end());
  const auto received = ranks.all_to_all(std::vector<std::vector<float>>(std::size_t(ranks.size()), message));
  for (int rank = 0; rank < ranks.size(); ++rank) {
    const std::vector<float>& row = received[std::size_t(rank)];
    const parallel::Part part = known(rank);
    std::copy_n(row.begin(), part.count(), bits.begin() + part.begin);
    if (std::int64_t(row.size()) > part.count()) std::copy(row.begin() + part.count(), row.end(), hidden.begin());
  }
}

void ProcessorStreaming::append(std::span<const std::int32_t> tokens, float* bits, LayerSinks* sinks) {
  head.check_tokens(tokens);
  if (!bits && ranks.size() > 1) throw core::Error("Several ranks cannot read without telling the surprisal.");
  const compute::WithPrecision precision(config.precision);
  while (!tokens.empty()) {
    const std::int64_t left = pieces - tokens_read % pieces;
    const std::size_t count = std::min(tokens.size(), std::size_t(left));
    read_piece(tokens.first(count), bits, sinks);
    tokens = tokens.subspan(count);
    if (bits) bits += count;
  }
}

std::int64_t ProcessorStreaming::state_bytes() const {
  std::int64_t bytes = std::int64_t(hidden.size() * sizeof(float));
  for (const attention::Stream& stream : streams) bytes += stream.bytes();
  return bytes;
}

std::vector<std::byte> ProcessorStreaming::save() const {
  ReadingState state{tokens_read, hidden, {}};
  for (const attention::Stream& stream : streams) state.streams.push_back(parallel::join(ranks, stream.save_sections()));
  if (ranks.rank() > 0) return {};
  return pack(own_fingerprint(), state);
}

void ProcessorStreaming::load(std::span<const std::byte> bytes) {
  ReadingState state = unpack(own_fingerprint(), config, bytes);
  std::vector<attention::Stream> loaded = fresh_streams();
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    loaded[i].load(state.streams[i]);
    if (loaded[i].position() != state.position)
      throw core::Error("The saved state of the reading contradicts itself.",
                        "Start the reading again from the beginning.");
  }
  tokens_read = state.position;
  hidden = std::move(state.hidden);
  logits.clear();
  streams = std::move(loaded);
}

}  // namespace

Reader::Reader(const Decoder& decoder) : impl_(std::make_unique<ProcessorStreaming>(decoder, nullptr)) {}
Reader::Reader(const Decoder& decoder, std::int64_t beginning) {
  auto streaming = std::make_unique<ProcessorStreaming>(decoder, nullptr);
  streaming->begin_at(beginning);
  impl_ = std::move(streaming);
}
Reader::Reader(const Decoder& decoder, parallel::Collective& ranks)
    : impl_(std::make_unique<ProcessorStreaming>(decoder, &ranks)) {}

}  // namespace corpuscope::model
