// The stream on a GPU beside the processor's: recorded pieces, its saved state, its sums of the attention, GPUs that
// read together, GPUs of too little memory.

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <numeric>

#include "decoder_case.h"
#include "device.h"
#include "model/cuda/learner.h"
#include "stored_model.h"

namespace corpuscope::gpu_test {
namespace {

// Whole pieces that a recorded graph computes, and a state that goes from the processor to the GPU and back.
void check_stream(Checks& checks, const Tolerance& tolerance, model::Position position) {
  const model::Config config = small_config(position);
  const model::Decoder decoder(config, lively_weights(config));
  const auto tokens = random_tokens(config, 1700, 3);
  const std::vector<float> exact = decoder.surprisal(tokens);
  const std::string name = "position scheme " + std::to_string(int(position));
  const auto all = std::span(tokens);

  const auto streaming = model::cuda::make_streaming(decoder, tolerance.numbers, std::nullopt, 256);
  std::vector<float> bits(tokens.size());
  streaming->append(all, bits.data(), nullptr);
  checks.below(kind_of(tolerance, "stream in whole pieces"), name, distance(bits, exact), tolerance.outputs);
  checks.equal(kind_of(tolerance, "stream's position"), name, double(streaming->position()), double(tokens.size()));

  const std::size_t half = 901;
  const auto first = model::cuda::make_streaming(decoder, tolerance.numbers);
  first->append(all.first(half), bits.data(), nullptr);
  model::Reader processor(decoder);
  processor.load(first->save());
  processor.append(all.subspan(half), bits.data() + half);
  checks.below(kind_of(tolerance, "state from GPU to processor"), name, distance(bits, exact), tolerance.outputs);
  model::Reader before(decoder);
  before.append(all.first(half), bits.data());
  const auto behind = model::cuda::make_streaming(decoder, tolerance.numbers);
  behind->load(before.save());
  behind->append(all.subspan(half), bits.data() + half, nullptr);
  checks.below(kind_of(tolerance, "state from processor to GPU"), name, distance(bits, exact), tolerance.outputs);

  std::vector<std::byte> damaged = first->save();
  damaged[damaged.size() / 2] ^= std::byte(0x40);
  damaged.resize(damaged.size() - 4);
  checks.is_true("a damaged state is refused", name, is_refused([&] { behind->load(damaged); }, ""));
}

// What a processor tells weight by weight, added up.
class Received : public attention::WeightSink {
 public:
  explicit Received(std::size_t tokens) : sums(tokens, 0.0f) {}
  void tile(const attention::WeightTile& tile) override {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < tile.queries; ++i)
      for (int j = 0; j < tile.keys; ++j)
        sums[std::size_t(tile.key_first + j * tile.dilation)] += tile.weights[i * tile.stride + j];
  }
  std::vector<float> sums;

 private:
  std::mutex mutex_;
};

class ProcessorSinks : public model::LayerSinks {
 public:
  ProcessorSinks(int layers, std::size_t tokens) {
    for (int i = 0; i < layers; ++i) received.push_back(std::make_unique<Received>(tokens));
  }
  attention::WeightSink* layer(int layer) override { return received[std::size_t(layer)].get(); }
  std::vector<std::unique_ptr<Received>> received;
};

class GpuSinks : public model::LayerSinks {
 public:
  GpuSinks(const model::Config& config, std::size_t tokens)
      : config_(config),
        received(std::size_t(config.layers), std::vector<float>(tokens, 0.0f)),
        edges(received.size()) {}
  attention::WeightSink* layer(int) override { return nullptr; }
  std::optional<model::SumsWanted> wanted() const override {
    return model::SumsWanted{std::int64_t(received[0].size()), 8, 2};
  }
  void take(int layer, const model::LayerSums& sums) override {
    for (const model::SegmentSums& one : sums.segments) {
      const pattern::Rows rows = pattern::segment_rows(config_.attention, one.level, one.head, config_.heads,
                                                       std::int64_t(received[0].size()), one.segment);
      for (std::int64_t i = 0; i < rows.count; ++i)
        received[std::size_t(layer)][std::size_t(rows.first + i * rows.dilation)] += one.received[std::size_t(i)];
    }
    auto& all = edges[std::size_t(layer)];
    all.insert(all.end(), sums.edges, sums.edges + sums.length * 2);
  }

 private:
  const model::Config& config_;

 public:
  std::vector<std::vector<float>> received;
  std::vector<std::vector<model::StrongEdge>> edges;
};

void check_sums(Checks& checks, const Tolerance& tolerance) {
  const model::Config config = small_config();
  const model::Decoder decoder(config, lively_weights(config));
  const auto tokens = random_tokens(config, 700, 5);
  ProcessorSinks exact(config.layers, tokens.size());
  std::vector<float> bits(tokens.size());
  model::Reader(decoder).append(tokens, bits.data(), &exact);
  GpuSinks sinks(config, tokens.size());
  const auto streaming = model::cuda::make_streaming(decoder, tolerance.numbers, sinks.wanted(), 256);
  streaming->append(std::span(tokens).first(300), bits.data(), &sinks);
  streaming->append(std::span(tokens).subspan(300), bits.data() + 300, &sinks);
  for (int layer = 0; layer < config.layers; ++layer) {
    const std::string name = "layer " + std::to_string(layer);
    checks.below(kind_of(tolerance, "received weights"), name,
                 distance(sinks.received[std::size_t(layer)], exact.received[std::size_t(layer)]->sums),
                 tolerance.outputs);
    const auto& edges = sinks.edges[std::size_t(layer)];
    checks.equal("edges a token", name, double(edges.size()), double(2 * tokens.size()));
    bool ordered = true;
    for (std::size_t i = 0; i < edges.size(); ++i)
      ordered =
          ordered && edges[i].key <= std::int64_t(i / 2) && (i % 2 == 0 || edges[i].weight <= edges[i - 1].weight);
    checks.is_true("edges are earlier keys, strongest first", name, ordered);
  }
}

// Weights that stay in their file in a short form: the GPU gets them expanded.
void check_stored(Checks& checks) {
  const model::Config config = small_config();
  const auto tokens = random_tokens(config, 300, 5);
  for (const auto form : {model::NumberForm::bf16, model::NumberForm::int8}) {
    const model::Decoder decoder = stored_model(config, lively_weights(config), form);
    checks.is_true("weights stay in their file", model::name(form), decoder.stored());
    std::vector<float> bits(tokens.size());
    const auto streaming = model::cuda::make_streaming(decoder, Numbers::float32);
    streaming->append(tokens, bits.data(), nullptr);
    checks.below("surprisal with stored weights", model::name(form), distance(bits, decoder.surprisal(tokens)), 1e-3);
    const auto again = model::cuda::make_streaming(decoder, Numbers::float32);
    again->load(streaming->save());
    checks.below("logits with stored weights, loaded", model::name(form),
                 distance(again->next_logits(), streaming->next_logits()), 1e-6);
  }
}

// What one rank, or one GPU alone, found.
struct Read {
  std::vector<float> bits, logits;
  GpuSinks sinks;
  std::vector<std::byte> state;
  Read(const model::Config& config, std::size_t tokens) : bits(tokens), sinks(config, tokens) {}
};

// Whole pieces that graphs compute, and pieces of fewer rows than there are ranks.
Read read_with(const model::Decoder& decoder, const Tolerance& tolerance, std::span<const std::int32_t> tokens,
               model::cuda::StreamingRanks ranks) {
  Read read(decoder.config(), tokens.size());
  const auto streaming =
      model::cuda::make_streaming(decoder, tolerance.numbers, read.sinks.wanted(), 256, std::move(ranks));
  std::size_t at = 0;
  for (const std::size_t count : {std::size_t(1), std::size_t(2), std::size_t(600), tokens.size() - 603}) {
    streaming->append(tokens.subspan(at, count), read.bits.data() + at, &read.sinks);
    at += count;
  }
  read.logits = streaming->next_logits();
  read.state = streaming->save();
  return read;
}

// Of each token the strongest edges that any rank found: what one rank finds.
std::vector<float> strongest_of(const std::vector<std::unique_ptr<Read>>& ranks, std::size_t layer,
                                std::size_t tokens) {
  std::vector<float> weights;
  for (std::size_t token = 0; token < tokens; ++token) {
    std::vector<float> all;
    for (const auto& rank : ranks) {
      const auto& edges = rank->sinks.edges[layer];
      if (!edges.empty())  // this rank has heads
        for (std::size_t i = 0; i < 2; ++i) all.push_back(edges[2 * token + i].weight);
    }
    std::ranges::sort(all, std::greater());
    weights.insert(weights.end(), all.begin(), all.begin() + 2);
  }
  return weights;
}

// Several GPUs that read together, beside one and beside the processor: four heads over three GPUs leave one without.
void check_ranks(Checks& checks, const Tolerance& tolerance, model::Position position, int count) {
  const model::Config config = small_config(position);
  const model::Decoder decoder(config, lively_weights(config));
  const auto tokens = random_tokens(config, 1100, 3);
  const std::string name = std::to_string(count) + " GPUs, position scheme " + std::to_string(int(position));
  const Read one = read_with(decoder, tolerance, tokens, {});
  std::vector<std::unique_ptr<Read>> found(static_cast<std::size_t>(count));
  on_gpus(count, [&](parallel::Collective& self, const Connect& connect) {
    found[std::size_t(self.rank())] =
        std::make_unique<Read>(read_with(decoder, tolerance, tokens, {&self, connect()}));
  });
  // The same sums in other orders: products choose theirs by the number of rows.
  const double same = tolerance.numbers == Numbers::float32 ? 1e-5 : tolerance.outputs;
  for (const auto& rank : found) {
    checks.below(kind_of(tolerance, "surprisal of GPUs, beside one"), name, distance(rank->bits, one.bits), same);
    checks.below(kind_of(tolerance, "logits of GPUs, beside one"), name, distance(rank->logits, one.logits), same);
  }
  checks.below(kind_of(tolerance, "surprisal of GPUs, beside the processor"), name,
               distance(found[0]->bits, decoder.surprisal(tokens)), tolerance.outputs);
  for (std::size_t layer = 0; layer < std::size_t(config.layers); ++layer) {
    std::vector<float> received(tokens.size(), 0.0f);
    for (const auto& rank : found)
      for (std::size_t i = 0; i < received.size(); ++i) received[i] += rank->sinks.received[layer][i];
    checks.below(kind_of(tolerance, "received weights of GPUs"), name, distance(received, one.sinks.received[layer]),
                 same);
    std::vector<std::unique_ptr<Read>> alone;
    alone.push_back(std::make_unique<Read>(one));
    checks.below(kind_of(tolerance, "strongest edges of GPUs"), name,
                 distance(strongest_of(found, layer, tokens.size()), strongest_of(alone, layer, tokens.size())),
                 same);
  }

  // The state is that of one, which any number goes on from.
  checks.equal("bytes of a state of GPUs", name, double(found[0]->state.size()), double(one.state.size()));
#ifdef CORPUSCOPE_EMULATED
  checks.is_true("a state of GPUs is one's", name, found[0]->state == one.state);
#endif
  checks.is_true("the first rank alone has the state", name, count == 1 || found.back()->state.empty());
  const auto more = random_tokens(config, 300, 8);
  const auto go_on = [&](model::Streaming& streaming) {
    std::vector<float> bits(more.size());
    streaming.load(found[0]->state);
    streaming.append(more, bits.data(), nullptr);
    return bits;
  };
  const std::vector<float> expected = go_on(*model::cuda::make_streaming(decoder, tolerance.numbers));
  std::vector<float> bits(more.size());
  model::Reader processor(decoder);
  processor.load(found[0]->state);
  processor.append(more, bits.data());
  checks.below(kind_of(tolerance, "state from GPUs to processor"), name, distance(bits, expected), tolerance.outputs);
  on_gpus(count, [&](parallel::Collective& self, const Connect& connect) {
    const auto streaming =
        model::cuda::make_streaming(decoder, tolerance.numbers, std::nullopt, 256, {&self, connect()});
    checks.below(kind_of(tolerance, "state from one GPU to several"), name, distance(go_on(*streaming), expected),
                 same);
  });
}

// Real text through pocket: the bits a byte that a person is told, on the GPU and on the processor. Emulated a piece
// of it.
void check_text(Checks& checks) {
  const std::filesystem::path source = CORPUSCOPE_SOURCE_DIR;
  model::Decoder decoder = model::Decoder::load(source / "resources/models/pocket");
  const auto license = read_numbers<std::uint16_t>(source / "tests/gpu/license.tokens");
  std::vector<std::int32_t> tokens(license.begin(), license.end());
  double bytes = double(std::filesystem::file_size(source / "LICENSE"));
#ifdef CORPUSCOPE_EMULATED
  constexpr std::size_t piece = 400;
  bytes *= double(piece) / double(tokens.size());  // about as many as these tokens stand for
  tokens.resize(piece);
#endif
  decoder.set_pattern(pattern::extended(decoder.config().attention, std::int64_t(tokens.size())));
  std::vector<float> bits(tokens.size());
  const auto bits_a_byte = [&] { return std::accumulate(bits.begin(), bits.end(), 0.0) / bytes; };
  model::Reader(decoder).append(tokens, bits.data());
  const double processor = bits_a_byte();
  model::cuda::make_streaming(decoder, Numbers::bf16)->append(tokens, bits.data(), nullptr);
  const double gpu = bits_a_byte();
  const double apart = std::abs(gpu / processor - 1);
  std::printf(
      "bar | bits a byte of %zu tokens of text, pocket: %.5f %s, %.5f on the processor, apart by | %.4f %% | <= 0.5 "
      "%% | %s\n",
      tokens.size(), gpu, device_name(), processor, 100 * apart, apart <= 0.005 ? "reached" : "MISSED");
  checks.below("bits a byte of text on GPU and processor", "pocket", apart, 0.005);
}

// One rank is given what it refuses: the others end too, and what is told is why.
void check_failing_rank(Checks& checks) {
  const model::Config config = small_config();
  const model::Decoder decoder(config, lively_weights(config));
  for (const int count : gpu_counts())
    for (int failing = 0; failing < count; ++failing)
      checks.is_true("a wrong token is refused", std::to_string(count) + " GPUs",
                     is_refused(
                         [&] {
                           on_gpus(count, [&](parallel::Collective& self, const Connect& connect) {
                             std::vector<std::int32_t> tokens(600, 1);
                             if (self.rank() == failing) tokens[500] = config.vocab_size;
                             std::vector<float> bits(tokens.size());
                             model::cuda::make_streaming(decoder, Numbers::bf16, std::nullopt, 256,
                                                         {&self, connect()})
                                 ->append(tokens, bits.data(), nullptr);
                           });
                         },
                         "vocabulary"));
}

#ifdef CORPUSCOPE_EMULATED
// A GPU of any size.
void check_memory(Checks& checks) {
  const model::Config config = small_config();
  const model::Decoder decoder(config, lively_weights(config));
  const auto tokens = random_tokens(config, 600, 3);
  const std::vector<float> exact = decoder.surprisal(tokens);
  const auto large = model::cuda::reading_bytes(config, Numbers::float32, 4096, std::nullopt);
  const auto small = model::cuda::reading_bytes(config, Numbers::float32, 256, std::nullopt);
  const std::int64_t used = gpu_memory_in_use();
  checks.equal("nothing is left on the GPU", "bytes", double(used), 0);
  checks.is_true("a smaller piece takes less", "bytes", small.piece < large.piece && small.kept == large.kept);

  set_gpu_memory(small.total() - 1);
  checks.is_true("a reading without room is refused", "message",
                 is_refused([&] { model::cuda::make_streaming(decoder, Numbers::float32); }, "are free"));
  checks.is_true("a training without room is refused", "message",
                 is_refused([&] { model::cuda::make_learner(config, decoder.weights(), Numbers::float32, 1 << 20); },
                            "for a sequence"));
  const auto check_reading = [&](const char* kind) {
    std::vector<float> bits(tokens.size());
    const auto streaming = model::cuda::make_streaming(decoder, Numbers::float32, std::nullopt, 4096);
    streaming->append(tokens, bits.data(), nullptr);
    checks.below(kind, "surprisal", distance(bits, exact), 1e-3);
  };
  set_gpu_memory((small.total() + large.total()) / 2);
  check_reading("with less room in smaller pieces");
  set_gpu_memory(large.total());
  set_hidden_use(large.piece / 2);  // it looks as if there were room
  check_reading("room that another program took");
  set_hidden_use(large.total());
  checks.is_true("no room in spite of what was said", "message",
                 is_refused([&] { model::cuda::make_streaming(decoder, Numbers::float32); }, "memory"));
  set_hidden_use(0);
  // Two GPUs: the emulated ones share one memory.
  const auto half = model::cuda::reading_bytes(config, Numbers::float32, 256, std::nullopt, 2);
  set_gpu_memory((half.total() + large.total()) / 2);
  on_gpus(2, [&](parallel::Collective& self, const Connect& connect) {
    std::vector<float> bits(tokens.size());
    const auto streaming =
        model::cuda::make_streaming(decoder, Numbers::float32, std::nullopt, 4096, {&self, connect()});
    streaming->append(tokens, bits.data(), nullptr);
    checks.below("with less room in smaller pieces", "2 GPUs", distance(bits, exact), 1e-3);
  });
  // Enough for the first of them, and for nobody else. cuBLAS's working memory, 32 MiB, is counted and not emulated.
  set_gpu_memory(half.total());
  set_hidden_use(half.total() - (half.total() - (std::int64_t(32) << 20)) * 3 / 2);
  checks.is_true(
      "a reading without room is refused", "2 GPUs",
      is_refused(
          [&] {
            on_gpus(2, [&](parallel::Collective& self, const Connect& connect) {
              model::cuda::make_streaming(decoder, Numbers::float32, std::nullopt, 4096, {&self, connect()});
            });
          },
          "GPU"));
  set_hidden_use(0);
  set_gpu_memory(std::int64_t(1) << 40);
  checks.equal("nothing is left on the GPU", "after all", double(gpu_memory_in_use()), 0);
}
#endif

}  // namespace

void check_reading(Checks& checks) {
#ifdef CORPUSCOPE_EMULATED
  check_memory(checks);
#endif
  check_stored(checks);
  check_failing_rank(checks);
  check_text(checks);
}

void check_reading(Checks& checks, const Tolerance& tolerance) {
  for (const auto position : {model::Position::rope, model::Position::xpos, model::Position::per_level}) {
    check_stream(checks, tolerance, position);
    for (const int count : gpu_counts()) check_ranks(checks, tolerance, position, count);
  }
  check_sums(checks, tolerance);
}

}  // namespace corpuscope::gpu_test
