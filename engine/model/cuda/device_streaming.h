#pragma once
// What streaming.h makes: a rank's stream, where everything it needs has been set aside.

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <numbers>
#include <type_traits>

#include "compute/bf16.h"
#include "core/error.h"
#include "model/cuda/attention_plan.h"
#include "model/cuda/kept_state.h"
#include "model/cuda/piece.h"
#include "model/cuda/streaming.h"
#include "model/head.h"
#include "model/reading_state.h"
#include "parallel/bytes.h"

namespace corpuscope::model::cuda {

namespace gpu = compute::cuda;
namespace device = attention::cuda;

template <typename Element>
class DeviceStreaming : public Streaming {
 public:
  DeviceStreaming(const Decoder& decoder, const std::optional<SumsWanted>& wanted, std::int64_t piece,
                  const StreamingRanks& ranks)
      : decoder_(decoder),
        config_(decoder.config()),
        wanted_(wanted),
        ranks_(ranks),
        exchange_(*ranks_.gpus, config_.heads, config_.kv_heads, config_.head_dim),
        products_(stream_, true),
        weights_(stream_, config_, decoder.source()),
        plan_(stream_, config_, exchange_.heads()),
        kept_layout_(plan_.get()),
        rotary_(stream_, config_),
        head_(config_, weights_.layout(), weights_.exact(), weights_.narrow()),
        key_piece_(std::min(largest_piece, rotary_.host().reach())),
        rows_(config_.position == Position::xpos ? std::min(piece, key_piece_) : piece) {
    if (wanted_) inspection_ = device::InspectionLayout(plan_.get(), settings_of(*wanted_), rows_);
    gpu::Arena counted;
    place_piece<Element>(counted, config_, plan_.get(), size(), rows_, wanted_);
    gpu::Arena arena(memory_.reserve(counted.bytes()));
    piece_ = place_piece<Element>(arena, config_, plan_.get(), size(), rows_, wanted_);
    const std::int64_t kept = 2 * config_.layers * kept_layout_.elements();
    gpu::clear(stream_, kept_.reserve(kept), kept);
    gpu::clear(stream_, piece_.normed, std::int64_t(config_.hidden_size));  // before the first token all are alike
    gpu::clear(stream_, piece_.position, 1);
    exchange_.use(piece_.exchange);
    head_.use(piece_.head);
    rotary_.use(piece_.turns);
    for (Results& results : results_) reserve(results);
    if (config_.position == Position::xpos) {
      const std::vector<float> factors = rotary_.host().key_factors(key_piece_);
      const std::int64_t count = std::int64_t(factors.size());
      gpu::copy(stream_, key_factors_.reserve(count), factors.data(), count);
      stream_.synchronize();
    }
  }

  ~DeviceStreaming() override {
    if (std::uncaught_exceptions() > 0) ranks_.gpus.reset();  // the others of the group are not waited for
    try {
      stream_.synchronize();  // nothing may be freed that the GPU still uses
    } catch (const core::Error&) {
    }
  }

  void append(std::span<const std::int32_t> tokens, float* bits, LayerSinks* sinks) override {
    check_tokens(config_, tokens);
    if (sinks && !wanted_)
      throw core::Error("A GPU gives no single attention weights.", "Read on the processor, or ask for their sums.");
    for (Results& results : results_) results.bits = nullptr;  // of a chunk that failed
    // Two pieces are under way: while the GPU is at one, the results of the other are taken up.
    for (int turn = 0; !tokens.empty(); turn ^= 1) {
      Results& results = results_[std::size_t(turn)];
      take_up(results, sinks);
      const std::int64_t left = config_.position == Position::xpos ? key_piece_ - position_ % key_piece_ : rows_;
      const std::int64_t count = std::min({std::int64_t(tokens.size()), rows_, left});
      start(results, tokens.first(std::size_t(count)), bits, sinks != nullptr);
      tokens = tokens.subspan(std::size_t(count));
      bits += count;
      next_ = turn ^ 1;
    }
    take_up(results_[std::size_t(next_)], sinks);
    take_up(results_[std::size_t(next_ ^ 1)], sinks);
  }

  const std::vector<float>& next_logits() override {
    if (!logits_.empty()) return logits_;
    logits_.resize(std::size_t(config_.vocab_size));
    head_.logits(products_, 1, piece_.normed, piece_.head.logits);
    gpu::copy(stream_, logits_.data(), static_cast<const float*>(piece_.head.logits), config_.vocab_size);
    stream_.synchronize();
    return logits_;
  }

  std::int64_t position() const override { return position_; }

  std::int64_t state_bytes() const override {
    return 2 * config_.layers * kept_layout_.elements() * std::int64_t(sizeof(Element)) +
           config_.hidden_size * std::int64_t(sizeof(Element));
  }

  std::vector<std::byte> save() const override {
    ReadingState state;
    state.position = position_;
    state.hidden = from_gpu(piece_.normed, config_.hidden_size);
    const std::int64_t elements = kept_layout_.elements();
    for (int layer = 0; layer < config_.layers; ++layer) {
      const auto [k, v] = kept(layer);
      const auto sections =
          save_kept(plan_.get(), kept_layout_, position_, from_gpu(k, elements).data(), from_gpu(v, elements).data());
      state.streams.push_back(parallel::join(ranks_.processors ? *ranks_.processors : *alone_, sections));
    }
    if (rank() > 0) return {};
    return pack(own_fingerprint(), state);
  }

  void load(std::span<const std::byte> bytes) override {
    const ReadingState state = unpack(own_fingerprint(), config_, bytes);
    const std::size_t elements = std::size_t(kept_layout_.elements());
    std::vector<float> all;  // of every layer: nothing changes where one of them is damaged
    for (const auto& stream : state.streams) {
      all.resize(all.size() + 2 * elements, 0.0f);
      float* k = all.data() + all.size() - 2 * elements;
      load_kept(plan_.get(), kept_layout_, state.position, stream, k, k + elements);
    }
    to_gpu(all.data(), std::int64_t(all.size()), kept_.data());
    to_gpu(state.hidden.data(), config_.hidden_size, piece_.normed);
    gpu::copy(stream_, piece_.position, &state.position, 1);
    stream_.synchronize();
    position_ = state.position;
    logits_.clear();
  }

 private:
  int rank() const { return ranks_.gpus->rank(); }
  int size() const { return ranks_.gpus->size(); }

  device::Kept<Element> kept(int layer) const {
    Element* k = kept_.data() + 2 * layer * kept_layout_.elements();
    return {k, k + kept_layout_.elements()};
  }

  std::uint64_t own_fingerprint() const {
    if (fingerprint_ == 0) fingerprint_ = fingerprint(decoder_);
    return fingerprint_;
  }

  void reserve(Results& results) {
    results.tokens.reserve(rows_);
    results.nats.reserve(rows_);
    if (!wanted_) return;
    results.received.reserve(config_.layers * inspection_.received_floats());
    results.maps.reserve(config_.layers * inspection_.map_floats());
    results.edges.reserve(config_.layers * rows_ * wanted_->edges);
  }

  // Puts a piece on the stream; nothing is waited for.
  void start(Results& results, std::span<const std::int32_t> tokens, float* bits, bool inspect) {
    const std::int64_t rows = std::int64_t(tokens.size());
    ranks_.gpus->wait(results.there);  // nothing of a chunk that failed is still under way
    results.first = position_;
    results.rows = rows;
    results.bits = bits;
    std::copy(tokens.begin(), tokens.end(), results.tokens.data());
    gpu::copy(stream_, piece_.tokens, static_cast<const std::int32_t*>(results.tokens.data()), rows);
    move_origin();
    gpu::Graph& graph = inspect ? inspecting_ : reading_;
    if (rows == rows_ && warm_) {
      if (!graph.is_recorded()) graph.record(stream_, [this, rows, inspect] { compute(rows, inspect); });
      graph.start(stream_);
    } else {
      compute(rows, inspect);
      warm_ = warm_ || rows == rows_;  // all that a piece needs has been set aside
    }
    gpu::copy(stream_, results.nats.data(), static_cast<const float*>(piece_.nats), rows);
    if (inspect) copy_sums(results);
    results.there.record(stream_);
    position_ += rows;
    logits_.clear();
  }

  void copy_sums(Results& results) {
    const auto copy = [&](auto& to, const auto* from, std::int64_t count) {
      gpu::copy(stream_, to.data(), from, count);
    };
    copy(results.received, static_cast<const float*>(piece_.received),
         config_.layers * inspection_.received_floats());
    copy(results.maps, static_cast<const float*>(piece_.maps), config_.layers * inspection_.map_floats());
    copy(results.edges, static_cast<const device::Edge*>(piece_.edges),
         config_.layers * results.rows * wanted_->edges);
  }

  // xPos: where a new origin begins, the kept keys are made to count from it.
  void move_origin() {
    if (config_.position != Position::xpos || position_ == 0 || position_ % key_piece_ != 0) return;
    for (int layer = 0; layer < config_.layers; ++layer)
      device::scale_keys<Element>(plan_.get(), key_factors_.data(), kept(layer), stream_);
  }

  // Kernels alone: this is what a graph records. The position is read on the GPU, which moves it on at the end.
  void compute(std::int64_t rows, bool inspect) {
    const device::Span span{0, rows, piece_.position};
    const Activations<Element>& a = piece_.activations;
    const parallel::Part mine = exchange_.rows(rows);
    if (mine.count() > 0) {
      rotary_.prepare(stream_, mine.begin, piece_.position, 0, key_piece_, mine.count());
      head_.embed(stream_, mine.count(), piece_.tokens + mine.begin, a.input);
    }
    for (int layer = 0; layer < config_.layers; ++layer) {
      const auto inside = [&](const device::Inputs<Element>& in, float* out, float* lse) {
        device::forward<Element>(plan_.get(), span, in, kept(layer), out, lse, piece_.attention_scratch,
                                 device::forward_scratch_bytes(plan_.get(), rows), stream_);
        if (inspect) inspect_layer(layer, span, in, lse);
        device::keep<Element>(plan_.get(), span, in, kept(layer), stream_);
      };
      const auto attend = [&](const Element* q, const Element* k, const Element* v, float* out, float* lse) {
        exchange_.attend(stream_, rows, inputs(config_, q, k, v), out, lse, inside);
      };
      if (mine.count() > 0)
        weights_.layer(config_, layer).forward(products_, mine.count(), rotary_, attend, a, a.input);
      else  // fewer rows than ranks: this one has heads alone
        attend(nullptr, nullptr, nullptr, nullptr, nullptr);
    }
    predict(rows, mine);
    device::advance(piece_.position, rows, stream_);
  }

  // Each token is predicted by the row before it: the first of a part by the last row of the part before, the piece's
  // first one by the row kept.
  void predict(std::int64_t rows, const parallel::Part& mine) {
    const std::int64_t count = mine.count();
    if (count > 0)
      head_.norm(stream_, count, piece_.activations.input, piece_.normed + config_.hidden_size, piece_.statistics);
    const auto part = [&](int rank) { return parallel::part_of(rows, rank, size()); };
    send_last_row(count, [&](int from, int to) { return to == from + 1 && part(to).count() > 0; });
    if (count > 0)
      head_.cross_entropy(products_, count, piece_.tokens + mine.begin, piece_.normed, piece_.nats + mine.begin);
    send_last_row(count, [&](int from, int) { return part(from).count() > 0 && part(from).end == rows; });
    exchange_blocks([&](int rank) { return rank == this->rank() ? parallel::Block() : nats_of(mine); },
                    [&](int rank) { return rank == this->rank() ? parallel::Block() : nats_of(part(rank)); });
  }

  parallel::Block nats_of(const parallel::Part& part) const {
    return {piece_.nats + part.begin, part.count() * std::int64_t(sizeof(float))};
  }

  // A rank's last row, of `count` own ones, to where others have the row before their first.
  template <typename Wanted>
  void send_last_row(std::int64_t count, const Wanted& wanted) {
    const std::int64_t width = config_.hidden_size, bytes = width * std::int64_t(sizeof(Element));
    const auto block = [&](bool there, Element* row) {
      return there ? parallel::Block{row, bytes} : parallel::Block();
    };
    exchange_blocks([&](int to) { return block(wanted(rank(), to), piece_.normed + count * width); },
                    [&](int from) { return block(wanted(from, rank()), piece_.normed); });
  }

  template <typename Sent, typename Received>
  void exchange_blocks(const Sent& sent_to, const Received& received_from) {
    std::vector<parallel::Block> sent, received;
    for (int other = 0; other < size(); ++other) {
      sent.push_back(sent_to(other));
      received.push_back(received_from(other));
    }
    ranks_.gpus->exchange(stream_, sent, received);
  }

  void inspect_layer(int layer, const device::Span& span, const device::Inputs<Element>& in, const float* lse) {
    device::InspectionResults to;
    to.received = piece_.received + layer * inspection_.received_floats();
    to.maps = piece_.maps + layer * inspection_.map_floats();
    to.edges = wanted_->edges > 0 ? piece_.edges + layer * span.length * wanted_->edges : nullptr;
    device::inspect<Element>(plan_.get(), settings_of(*wanted_), inspection_, span, in, kept(layer), lse, to,
                             piece_.inspection_scratch, stream_);
  }

  // Waits for a piece's results and hands them on.
  void take_up(Results& results, LayerSinks* sinks) {
    if (!results.bits) return;
    float* bits = std::exchange(results.bits, nullptr);
    ranks_.gpus->wait(results.there);
    for (std::int64_t i = 0; i < results.rows; ++i) bits[i] = results.nats.data()[i] * std::numbers::log2e_v<float>;
    if (!sinks || exchange_.heads().count() == 0) return;
    for (int layer = 0; layer < config_.layers; ++layer)
      sinks->take(layer, sums_of(config_, plan_.get(), inspection_, *wanted_, results, layer, edges_));
  }

  // The processor converts: when a state is saved the GPU may have no room left.
  std::vector<float> from_gpu(const Element* from, std::int64_t count) const {
    std::vector<Element> numbers(static_cast<std::size_t>(count));
    gpu::copy(stream_, numbers.data(), from, count);
    stream_.synchronize();
    if constexpr (std::is_same_v<Element, float>) {
      return numbers;
    } else {
      std::vector<float> exact(numbers.size());
      std::transform(numbers.begin(), numbers.end(), exact.begin(), [](Element x) { return compute::to_float(x); });
      return exact;
    }
  }

  void to_gpu(const float* from, std::int64_t count, Element* to) const {
    std::vector<Element> numbers(static_cast<std::size_t>(count));
    if constexpr (std::is_same_v<Element, float>)
      std::copy_n(from, count, numbers.begin());
    else
      std::transform(from, from + count, numbers.begin(), [](float x) { return compute::to_bf16(x); });
    gpu::copy(stream_, to, static_cast<const Element*>(numbers.data()), count);
    stream_.synchronize();
  }

  const Decoder& decoder_;
  const Config config_;  // a copy: the decoder's may get another pattern
  const std::optional<SumsWanted> wanted_;
  StreamingRanks ranks_;
  const std::unique_ptr<parallel::Collective> alone_ = parallel::alone();
  parallel::DeviceHeadExchange<Element> exchange_;
  gpu::Stream stream_;
  gpu::Products products_;
  DeviceWeights<Element> weights_;
  AttentionPlan plan_;
  device::KeptLayout kept_layout_;
  device::InspectionLayout inspection_;
  Rotary rotary_;
  Head<Element> head_;
  const std::int64_t key_piece_;  // positions of one origin of xPos
  const std::int64_t rows_;       // of a whole piece
  gpu::Array<std::byte> memory_;  // what `piece_` points into
  Piece<Element> piece_;
  gpu::Array<Element> kept_;  // [layers, keys and values]
  gpu::Array<float> key_factors_;
  gpu::Graph reading_, inspecting_;
  bool warm_ = false;
  std::array<Results, 2> results_;
  int next_ = 0;
  std::vector<StrongEdge> edges_;
  std::vector<float> logits_;
  std::int64_t position_ = 0;
  mutable std::uint64_t fingerprint_ = 0;
};

}  // namespace corpuscope::model::cuda
