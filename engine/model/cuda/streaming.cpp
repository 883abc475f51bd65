#include "model/cuda/streaming.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numbers>

#include "compute/cuda/cross_entropy.h"
#include "compute/cuda/failure.h"
#include "core/error.h"
#include "model/cuda/attention_plan.h"
#include "model/cuda/head.h"
#include "model/cuda/kept_state.h"
#include "model/cuda/memory.h"
#include "model/head.h"
#include "model/reading_state.h"

namespace corpuscope::model::cuda {

namespace gpu = compute::cuda;
namespace device = attention::cuda;

namespace {

constexpr std::int64_t least_piece = 256;
constexpr std::int64_t products_bytes = std::int64_t(32) << 20;  // cuBLAS's own working memory

device::InspectionSettings settings_of(const SumsWanted& wanted) {
  return {wanted.length, wanted.strips, wanted.edges};
}

// What one piece needs. Results of all layers lie side by side, so that they come back together.
template <typename Element>
struct Piece {
  Activations<Element> activations;
  HeadRoom<Element> head;
  gpu::TurnTables turns;
  Element* normed = nullptr;  // [1 + rows]: the row that predicts the first token, and each token's own
  float *statistics = nullptr, *nats = nullptr;
  std::int32_t* tokens = nullptr;
  std::int64_t* position = nullptr;
  float *received = nullptr, *maps = nullptr;  // [layers, ...]
  device::Edge* edges = nullptr;               // [layers, rows, edges]
  std::byte *attention_scratch = nullptr, *inspection_scratch = nullptr;
};

template <typename Element>
Piece<Element> place_piece(gpu::Arena& arena, const Config& config, const device::Plan& plan, std::int64_t rows,
                           const std::optional<SumsWanted>& wanted) {
  Piece<Element> p;
  p.activations = place_activations<Element>(arena, config, rows);
  p.head = place_head<Element>(arena, config, rows, false);
  p.turns = place_turns(arena, config, rows);
  p.normed = arena.take<Element>((1 + rows) * config.hidden_size);
  p.statistics = arena.take<float>(2 * rows);
  p.nats = arena.take<float>(rows);
  p.tokens = arena.take<std::int32_t>(rows);
  p.position = arena.take<std::int64_t>(1);
  p.attention_scratch = arena.take<std::byte>(std::int64_t(device::forward_scratch_bytes(plan, rows)));
  if (!wanted) return p;
  const device::InspectionLayout layout(plan, settings_of(*wanted), rows);
  p.received = arena.take<float>(config.layers * layout.received_floats());
  p.maps = arena.take<float>(config.layers * layout.map_floats());
  p.edges = arena.take<device::Edge>(config.layers * rows * wanted->edges);
  p.inspection_scratch = arena.take<std::byte>(std::int64_t(layout.scratch_bytes()));
  return p;
}

template <typename Element>
ReadingBytes bytes_of(const Config& config, std::int64_t piece, const std::optional<SumsWanted>& wanted) {
  const device::Plan plan = plan_of(config);
  gpu::Arena arena;
  place_piece<Element>(arena, config, plan, piece, wanted);
  ReadingBytes bytes;
  bytes.weights = DeviceWeights<Element>::bytes(config) + products_bytes;
  bytes.kept = 2 * config.layers * device::KeptLayout(plan).elements() * std::int64_t(sizeof(Element));
  bytes.piece = arena.bytes();
  return bytes;
}

// What comes back from the GPU of one piece, in pinned memory.
struct Results {
  gpu::Pinned<std::int32_t> tokens;
  gpu::Pinned<float> nats, received, maps;
  gpu::Pinned<device::Edge> edges;
  gpu::Event there;
  std::int64_t first = 0, rows = 0;
  float* bits = nullptr;  // where they go to; null: nothing is under way
};

template <typename Element>
class DeviceStreaming : public Streaming {
 public:
  DeviceStreaming(const Decoder& decoder, const std::optional<SumsWanted>& wanted, std::int64_t piece)
      : decoder_(decoder),
        config_(decoder.config()),
        wanted_(wanted),
        products_(stream_, true),
        weights_(stream_, config_, decoder.source()),
        plan_(stream_, config_),
        kept_layout_(plan_.get()),
        rotary_(stream_, config_),
        head_(config_, weights_.layout(), weights_.exact(), weights_.narrow()),
        key_piece_(std::min(largest_piece, rotary_.host().reach())),
        rows_(config_.position == Position::xpos ? std::min(piece, key_piece_) : piece) {
    if (wanted_) inspection_ = device::InspectionLayout(plan_.get(), settings_of(*wanted_), rows_);
    gpu::Arena counted;
    place_piece<Element>(counted, config_, plan_.get(), rows_, wanted_);
    gpu::Arena arena(memory_.reserve(counted.bytes()));
    piece_ = place_piece<Element>(arena, config_, plan_.get(), rows_, wanted_);
    const std::int64_t kept = 2 * config_.layers * kept_layout_.elements();
    gpu::clear(stream_, kept_.reserve(kept), kept);
    gpu::clear(stream_, piece_.normed, std::int64_t(config_.hidden_size));  // before the first token all are alike
    gpu::clear(stream_, piece_.position, 1);
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
      state.streams.push_back(save_kept(plan_.get(), kept_layout_, position_, from_gpu(k, elements).data(),
                                        from_gpu(v, elements).data()));
    }
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
    results.there.wait();  // nothing of a chunk that failed is still under way
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
    const auto copy = [&](auto& to, const auto* from, std::int64_t count) { gpu::copy(stream_, to.data(), from, count); };
    copy(results.received, static_cast<const float*>(piece_.received), config_.layers * inspection_.received_floats());
    copy(results.maps, static_cast<const float*>(piece_.maps), config_.layers * inspection_.map_floats());
    copy(results.edges, static_cast<const device::Edge*>(piece_.edges), config_.layers * results.rows * wanted_->edges);
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
    const std::int64_t width = config_.hidden_size;
    rotary_.prepare(stream_, 0, piece_.position, 0, key_piece_, rows);
    head_.embed(stream_, rows, piece_.tokens, a.input);
    for (int layer = 0; layer < config_.layers; ++layer) {
      const auto attend = [&](const Element* q, const Element* k, const Element* v, float* out, float* lse) {
        const device::Inputs<Element> in = inputs(config_, q, k, v);
        device::forward<Element>(plan_.get(), span, in, kept(layer), out, lse, piece_.attention_scratch,
                                 device::forward_scratch_bytes(plan_.get(), rows), stream_);
        if (inspect) inspect_layer(layer, span, in, lse);
        device::keep<Element>(plan_.get(), span, in, kept(layer), stream_);
      };
      weights_.layer(config_, layer).forward(products_, rows, rotary_, attend, a, a.input);
    }
    head_.norm(stream_, rows, a.input, piece_.normed + width, piece_.statistics);
    // Each token is predicted by the row before it, the first one by the row kept.
    head_.cross_entropy(products_, rows, piece_.tokens, piece_.normed, piece_.nats);
    gpu::copy(stream_, piece_.normed, static_cast<const Element*>(piece_.normed + rows * width), width);
    device::advance(piece_.position, rows, stream_);
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
    results.there.wait();
    for (std::int64_t i = 0; i < results.rows; ++i) bits[i] = results.nats.data()[i] * std::numbers::log2e_v<float>;
    if (!sinks) return;
    for (int layer = 0; layer < config_.layers; ++layer) sinks->take(layer, sums_of(results, layer));
  }

  LayerSums sums_of(const Results& results, int layer) {
    const pattern::Pattern& pattern = config_.attention;
    const float* received = results.received.data() + layer * inspection_.received_floats();
    const float* maps = results.maps.data() + layer * inspection_.map_floats();
    LayerSums sums{results.first, results.rows, {}, nullptr};
    for (int head = 0; head < config_.heads; ++head)
      for (int level = 0; level < int(pattern.levels.size()); ++level) {
        const std::int64_t w = pattern.levels[std::size_t(level)].segment;
        const std::int64_t shift = pattern::shift(pattern, level, head), first = (results.first + shift) / w;
        const std::int64_t end = (results.first + results.rows - 1 + shift) / w + 1;
        for (std::int64_t segment = first; segment < end; ++segment) {
          const int slot = int(segment - first);
          sums.segments.push_back({head, level, segment,
                                   {received + inspection_.received(level, head, slot), std::size_t(inspection_.capacity(level))},
                                   maps + inspection_.map(level, head, slot), wanted_->strips});
        }
      }
    const device::Edge* edges = results.edges.data() + layer * results.rows * wanted_->edges;
    edges_.clear();
    for (std::int64_t i = 0; i < results.rows * wanted_->edges; ++i)
      edges_.push_back({edges[i].weight, edges[i].level, edges[i].head, edges[i].key});
    sums.edges = edges_.data();
    return sums;
  }

  std::vector<float> from_gpu(const Element* from, std::int64_t count) const {
    std::vector<float> numbers(static_cast<std::size_t>(count));
    gpu::Array<float> exact(count);
    gpu::convert(stream_, count, from, exact.data());
    gpu::copy(stream_, numbers.data(), static_cast<const float*>(exact.data()), count);
    stream_.synchronize();
    return numbers;
  }

  void to_gpu(const float* from, std::int64_t count, Element* to) const {
    gpu::Array<float> exact(count);
    gpu::copy(stream_, exact.data(), from, count);
    gpu::convert(stream_, count, static_cast<const float*>(exact.data()), to);
    stream_.synchronize();
  }

  const Decoder& decoder_;
  const Config config_;  // a copy: the decoder's may get another pattern
  const std::optional<SumsWanted> wanted_;
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

[[noreturn]] void no_room(const Config& config, Numbers numbers, const std::optional<SumsWanted>& wanted) {
  const ReadingBytes bytes = reading_bytes(config, numbers, least_piece, wanted);
  check_room("Reading with this model", bytes.total(),
             fmt::format("{} for the weights, {} for {} levels of the attention, {} for {} tokens at a time",
                         megabytes(bytes.weights), megabytes(bytes.kept), config.attention.levels.size(),
                         megabytes(bytes.piece), least_piece),
             "Close other programs that use the GPU, use a smaller model, or read on the CPU.");
  throw core::Error("The GPU's memory is too much in pieces for this reading.", "Try again, or read on the CPU.");
}

}  // namespace

ReadingBytes reading_bytes(const Config& config, Numbers numbers, std::int64_t piece,
                           const std::optional<SumsWanted>& wanted) {
  return numbers == Numbers::bf16 ? bytes_of<Bf16>(config, piece, wanted) : bytes_of<float>(config, piece, wanted);
}

std::int64_t fitting_piece(const Config& config, Numbers numbers, const std::optional<SumsWanted>& wanted,
                           std::int64_t free, std::int64_t most) {
  std::int64_t piece = most;
  while (piece >= least_piece && reading_bytes(config, numbers, piece, wanted).total() > free) piece /= 2;
  return piece >= least_piece ? piece : 0;
}

std::unique_ptr<Streaming> make_streaming(const Decoder& decoder, Numbers numbers,
                                          const std::optional<SumsWanted>& wanted, std::int64_t most) {
  std::int64_t piece = fitting_piece(decoder.config(), numbers, wanted, gpu::memory_of_gpu().free, most);
  // What was free may be taken by another program meanwhile, or lie in pieces: then fewer tokens at a time may do.
  for (; piece >= least_piece; piece /= 2) try {
      if (numbers == Numbers::bf16) return std::make_unique<DeviceStreaming<Bf16>>(decoder, wanted, piece);
      return std::make_unique<DeviceStreaming<float>>(decoder, wanted, piece);
    } catch (const gpu::OutOfMemory&) {
    }
  no_room(decoder.config(), numbers, wanted);
}

}  // namespace corpuscope::model::cuda
