// The stream: the same layers as for whole sequences, with an attention that remembers. With several ranks each has
// some of a piece's rows, and in the attention some of the heads.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numbers>

#include "compute/cross_entropy.h"
#include "core/error.h"
#include "model/decoder.h"
#include "model/head.h"
#include "model/layer.h"
#include "model/settings.h"
#include "parallel/bytes.h"
#include "parallel/head_exchange.h"

namespace corpuscope::model {
namespace {

constexpr std::int64_t largest_piece = 4096;  // tokens that go through the layers together
constexpr char magic[8] = {'C', 'S', 'R', 'E', 'A', 'D', '0', '1'};

std::uint64_t mix(std::uint64_t hash, const void* data, std::size_t bytes) {
  const auto* from = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < bytes; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + i, std::min<std::size_t>(8, bytes - i));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash;
}

// Of config and weights: a state is only worth something to the very decoder that made it.
std::uint64_t fingerprint(const Decoder& decoder) {
  const std::string config = to_json(decoder.config());
  std::uint64_t hash = mix(0xcbf29ce484222325u, config.data(), config.size());
  decoder.each_weight([&hash](const std::string&, std::span<const std::byte> bytes) {
    hash = mix(hash, bytes.data(), bytes.size());
  });
  return hash;
}

class Writer {
 public:
  void put(const void* data, std::size_t bytes) {
    const auto* from = static_cast<const std::byte*>(data);
    state_.insert(state_.end(), from, from + bytes);
  }
  template <typename Number>
  void put(Number number) {
    put(&number, sizeof number);
  }
  std::vector<std::byte> finish() { return std::move(state_); }

 private:
  std::vector<std::byte> state_;
};

class Source {
 public:
  explicit Source(std::span<const std::byte> state) : rest_(state) {}

  std::span<const std::byte> take(std::uint64_t bytes) {
    if (bytes > rest_.size())
      throw core::Error("The saved state of the reading is cut short.", "Start the reading again.");
    const auto part = rest_.first(std::size_t(bytes));
    rest_ = rest_.subspan(std::size_t(bytes));
    return part;
  }
  template <typename Number>
  Number take_number() {
    Number number;
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace

struct Reader::Impl {
  Impl(const Decoder& decoder_read, parallel::Collective* all_ranks)
      : decoder(decoder_read),
        config(decoder.config()),
        ranks(all_ranks ? *all_ranks : *alone),
        exchange(ranks, config.heads, config.kv_heads, config.head_dim),
        head(config, decoder.source()),
        rotary(config),
        piece(std::min(largest_piece, rotary.reach())),
        hidden(std::size_t(config.hidden_size), 0.0f) {
    for (int i = 0; i < config.layers; ++i) layers.emplace_back(config, decoder.source(), i);
    streams = fresh_streams();
  }

  std::vector<attention::Stream> fresh_streams() const {
    return {std::size_t(config.layers), attention::Stream(attention_settings(config), config.heads, config.kv_heads,
                                                          config.head_dim, exchange.heads())};
  }

  void read_piece(std::span<const std::int32_t> tokens, float* bits, LayerSinks* sinks);
  void run_layers(std::span<const std::int32_t> tokens, const parallel::Part& mine, LayerSinks* sinks);
  void share(std::span<float> bits, const parallel::Part& mine);
  const std::vector<float>& next_logits();

  const Decoder& decoder;
  const Config config;  // a copy: the decoder's may get another pattern
  const std::unique_ptr<parallel::Collective> alone = parallel::alone();
  parallel::Collective& ranks;
  parallel::HeadExchange exchange;
  Head head;
  Rotary rotary;
  // Pieces end at the multiples of this, wherever chunks end: there xPos gets a new origin.
  const std::int64_t piece;
  std::vector<Layer> layers;
  std::vector<attention::Stream> streams;
  std::int64_t position = 0;
  std::vector<float> hidden;  // the last row, behind the final norm
  std::vector<float> logits;  // from `hidden`; empty until somebody asks
  std::uint64_t decoder_fingerprint = 0;

  Activations activations;
  compute::Buffer output, statistics, normed, block;
};

const std::vector<float>& Reader::Impl::next_logits() {
  if (!logits.empty()) return logits;
  logits.assign(std::size_t(config.vocab_size), 0.0f);  // before the first token all are equally likely
  if (position > 0) head.logits(1, hidden.data(), logits.data());
  return logits;
}

void Reader::Impl::read_piece(std::span<const std::int32_t> tokens, float* bits, LayerSinks* sinks) {
  const std::int64_t all = std::int64_t(tokens.size()), width = config.hidden_size;
  const parallel::Part mine = exchange.rows(all);
  run_layers(tokens, mine, sinks);
  float* normed = this->normed.reserve(mine.count() * width);
  if (mine.count() > 0)
    head.norm(mine.count(), activations.input.data(), normed, statistics.reserve(2 * mine.count()));

  // The first token is predicted from the row kept, the others from those before them.
  if (ranks.rank() == 0) compute::cross_entropy(1, config.vocab_size, next_logits().data(), tokens.data(), bits);
  const std::int64_t predicted = std::min(mine.end, all - 1) - mine.begin;
  if (predicted > 0)
    head.cross_entropy(tokens.subspan(std::size_t(mine.begin + 1), std::size_t(predicted)), normed, block,
                       bits + mine.begin + 1);
  if (mine.end == all && mine.count() > 0) std::copy_n(normed + (mine.count() - 1) * width, width, hidden.begin());
  share({bits, tokens.size()}, mine);
  for (std::int64_t i = 0; i < all; ++i) bits[i] *= std::numbers::log2e_v<float>;
  logits.clear();
  position += all;
}

// The result lies in activations.input.
void Reader::Impl::run_layers(std::span<const std::int32_t> tokens, const parallel::Part& mine, LayerSinks* sinks) {
  const std::int64_t all = std::int64_t(tokens.size()), rows = mine.count(), origin = position / piece * piece;
  if (config.position == Position::xpos && position == origin && position > 0)
    for (attention::Stream& stream : streams) stream.scale_keys(rotary.key_factors(piece));
  rotary.prepare(position + mine.begin, rows, origin);
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
void Reader::Impl::share(std::span<float> bits, const parallel::Part& mine) {
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

Reader::Reader(const Decoder& decoder) : impl_(std::make_unique<Impl>(decoder, nullptr)) {}
Reader::Reader(const Decoder& decoder, parallel::Collective& ranks) : impl_(std::make_unique<Impl>(decoder, &ranks)) {}
Reader::~Reader() = default;

void Reader::append(std::span<const std::int32_t> tokens, float* surprisal_bits, LayerSinks* sinks) {
  impl_->head.check_tokens(tokens);
  const compute::WithPrecision precision(impl_->config.precision);
  while (!tokens.empty()) {
    const std::int64_t left = impl_->piece - impl_->position % impl_->piece;
    const std::size_t count = std::min(tokens.size(), std::size_t(left));
    impl_->read_piece(tokens.first(count), surprisal_bits, sinks);
    tokens = tokens.subspan(count);
    surprisal_bits += count;
  }
}

const std::vector<float>& Reader::next_logits() const {
  const compute::WithPrecision precision(impl_->config.precision);
  return impl_->next_logits();
}

std::int64_t Reader::position() const { return impl_->position; }

std::int64_t Reader::state_bytes() const {
  std::int64_t bytes = std::int64_t(impl_->hidden.size() * sizeof(float));
  for (const attention::Stream& stream : impl_->streams) bytes += stream.bytes();
  return bytes;
}

std::vector<std::byte> Reader::save() const {
  if (impl_->decoder_fingerprint == 0) impl_->decoder_fingerprint = fingerprint(impl_->decoder);
  Writer writer;
  writer.put(magic, sizeof magic);
  writer.put(impl_->decoder_fingerprint);
  writer.put(impl_->position);
  writer.put(impl_->hidden.data(), impl_->hidden.size() * sizeof(float));
  for (const attention::Stream& stream : impl_->streams) {
    const std::vector<std::byte> part = parallel::join(impl_->ranks, stream.save_sections());
    writer.put(std::uint64_t(part.size()));
    writer.put(part.data(), part.size());
  }
  if (impl_->ranks.rank() > 0) return {};
  return writer.finish();
}

void Reader::load(std::span<const std::byte> state) {
  constexpr auto remedy = "Start the reading again from the beginning.";
  if (impl_->decoder_fingerprint == 0) impl_->decoder_fingerprint = fingerprint(impl_->decoder);
  Source source(state);
  if (std::memcmp(source.take(sizeof magic).data(), magic, sizeof magic) != 0)
    throw core::Error("The saved state of the reading is of another version or damaged.", remedy);
  if (source.take_number<std::uint64_t>() != impl_->decoder_fingerprint)
    throw core::Error("The saved state of the reading was made by another model or pattern.", remedy);
  const auto position = source.take_number<std::int64_t>();
  std::vector<float> hidden(impl_->hidden.size());
  std::memcpy(hidden.data(), source.take(hidden.size() * sizeof(float)).data(), hidden.size() * sizeof(float));
  std::vector<attention::Stream> streams = impl_->fresh_streams();
  for (attention::Stream& stream : streams) {
    stream.load(source.take(source.take_number<std::uint64_t>()));
    if (stream.position() != position)
      throw core::Error("The saved state of the reading contradicts itself.", remedy);
  }
  if (!source.empty()) throw core::Error("The saved state of the reading is too long.", remedy);
  impl_->position = position;
  impl_->hidden = std::move(hidden);
  impl_->logits.clear();
  impl_->streams = std::move(streams);
}

}  // namespace corpuscope::model
