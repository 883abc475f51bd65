// The decoder on a GPU beside the processor's and beside the golden cases: whole sequences with gradients, steps of
// training, the stream with its saved state and its sums of the attention.

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <random>

#include "check.h"
#include "compute/adamw.h"
#include "compute/bf16.h"
#include "core/error.h"
#include "device.h"
#include "model/cuda/learner.h"
#include "model/cuda/streaming.h"
#include "model/decoder.h"
#include "stored_model.h"

#ifdef CORPUSCOPE_EMULATED
#include "emulated_compute/group.h"
#include "emulated_compute/runtime.h"
#else
#include "gpu_group.h"
#endif

namespace corpuscope::gpu_test {
namespace {

namespace fs = std::filesystem;
using model::cuda::Numbers;

// `exact` is that of whole models beside exact results: to round the golden cases' weights to bf16, and nothing else,
// already moves the logits by up to 1.2e-2.
struct Tolerance {
  const char* name;
  Numbers numbers;
  double outputs, gradients, exact;
};
constexpr Tolerance tolerances[] = {{"float32", Numbers::float32, 1e-3, 1e-3, 1e-3},
                                    {"bf16", Numbers::bf16, 1e-2, 2e-2, 2e-2}};

std::string kind_of(const Tolerance& tolerance, const char* what) { return std::string(tolerance.name) + " " + what; }

template <typename Number>
std::vector<Number> read_numbers(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(Number));
  return numbers;
}

std::vector<fs::path> golden_cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(fs::path(CORPUSCOPE_SOURCE_DIR) / "tests/golden/model"))
    if (entry.is_directory()) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// All gradients as one row: what clips a step is the norm of all of them.
std::vector<float> joined(const model::Tensors& tensors) {
  std::vector<float> all;
  for (const auto& [name, tensor] : tensors) all.insert(all.end(), tensor.data.begin(), tensor.data.end());
  return all;
}

model::Config small_config(model::Position position = model::Position::rope) {
  model::Config config;
  config.vocab_size = 131;
  config.hidden_size = 48;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 16;
  config.ffn_size = 72;
  config.position = position;
  config.attention.levels = {{16, 1}, {64, 4}, {256, 16}};
  config.attention.staggered = true;
  return config;
}

std::vector<std::int32_t> random_tokens(const model::Config& config, std::size_t count, unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<std::int32_t> tokens(count);
  for (auto& token : tokens) token = std::int32_t(random() % unsigned(config.vocab_size));
  return tokens;
}

// Larger than those that training begins with, so that the attention has something to say.
model::Tensors lively_weights(const model::Config& config) {
  model::Tensors weights = model::initial_weights(config, 7);
  for (auto& [name, tensor] : weights)
    if (tensor.shape.size() > 1)
      for (float& number : tensor.data) number *= 5;
  return weights;
}

// The processor's decoder with the weights that the GPU multiplies.
model::Decoder twin_of(const model::Decoder& decoder, const Tolerance& tolerance) {
  model::Tensors weights = decoder.weights();
  if (tolerance.numbers == Numbers::bf16)
    for (auto& [name, tensor] : weights)
      if (tensor.shape.size() > 1)
        for (float& number : tensor.data) number = compute::to_float(compute::to_bf16(number));
  return {decoder.config(), std::move(weights)};
}

void check_golden(Checks& checks, const Tolerance& tolerance) {
  for (const fs::path& folder : golden_cases()) {
    const model::Decoder decoder = model::Decoder::load(folder);
    const auto tokens = read_numbers<std::int32_t>(folder / "tokens.bin");
    const auto exact = read_numbers<float>(folder / "logits.bin");
    const std::string name = folder.filename().string();
    const auto learner = model::cuda::make_learner(decoder.config(), decoder.weights(), tolerance.numbers,
                                                   std::int64_t(tokens.size()));
    const std::vector<float> logits = learner->logits(tokens);
    checks.below(kind_of(tolerance, "golden logits"), name, distance(logits, exact), tolerance.exact);
    checks.below(kind_of(tolerance, "logits beside the processor's"), name,
                 distance(logits, twin_of(decoder, tolerance).logits(tokens)), tolerance.exact);
    learner->add(tokens);
    const model::Tensors gradients = learner->gradients();
    const model::Tensors exact_gradients = model::read_safetensors(folder / "gradients.safetensors");
    checks.below(kind_of(tolerance, "golden gradients, all"), name, distance(joined(gradients), joined(exact_gradients)),
                 tolerance.gradients);
    if (tolerance.numbers == Numbers::float32)
      for (const auto& [weight, gradient] : exact_gradients)
        checks.below(kind_of(tolerance, "golden gradients, each"), name + " " + weight,
                     distance(gradients.at(weight).data, gradient.data), tolerance.gradients);
    const double loss = learner->step({}).loss, expected = decoder.loss(tokens);
    checks.below(kind_of(tolerance, "golden loss"), name, std::abs(loss / expected - 1), tolerance.outputs);
    // The same as a stream, in pieces that end anywhere.
    const auto streaming = model::cuda::make_streaming(decoder, tolerance.numbers);
    std::vector<float> bits(tokens.size());
    for (std::size_t at = 0, piece = 1; at < tokens.size(); at += piece, piece = piece * 2 + 1)
      streaming->append(std::span(tokens).subspan(at, std::min(piece, tokens.size() - at)), bits.data() + at, nullptr);
    checks.below(kind_of(tolerance, "golden surprisal, streamed"), name, distance(bits, decoder.surprisal(tokens)),
                 tolerance.outputs);
    const std::vector<float> last(exact.end() - decoder.config().vocab_size, exact.end());
    checks.below(kind_of(tolerance, "golden last logits, streamed"), name, distance(streaming->next_logits(), last),
                 tolerance.exact);
  }
}

// Rows that a whole block of threads shares, an untied head, and one layer.
void check_wide(Checks& checks, const Tolerance& tolerance) {
  model::Config config = small_config();
  config.vocab_size = 1500;
  config.hidden_size = 1088;
  config.ffn_size = 1100;
  config.layers = 1;
  config.tied_embeddings = false;
  const model::Decoder decoder = twin_of({config, model::initial_weights(config, 5)}, tolerance);
  const auto tokens = random_tokens(config, 70, 9);
  model::Tensors exact = decoder.zero_gradients();
  const double loss = decoder.loss(tokens, &exact);
  const auto learner = model::cuda::make_learner(config, decoder.weights(), tolerance.numbers, 70);
  checks.below(kind_of(tolerance, "wide logits"), "one layer", distance(learner->logits(tokens), decoder.logits(tokens)),
               tolerance.outputs);
  learner->add(tokens);
  checks.below(kind_of(tolerance, "wide gradients"), "one layer", distance(joined(learner->gradients()), joined(exact)),
               tolerance.gradients);
  checks.below(kind_of(tolerance, "wide loss"), "one layer", std::abs(learner->step({}).loss / loss - 1), tolerance.outputs);
}

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
  bool refused = false;
  try {
    behind->load(damaged);
  } catch (const core::Error&) {
    refused = true;
  }
  checks.is_true("a damaged state is refused", name, refused);
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
      : config_(config), received(std::size_t(config.layers), std::vector<float>(tokens, 0.0f)), edges(received.size()) {}
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
                 distance(sinks.received[std::size_t(layer)], exact.received[std::size_t(layer)]->sums), tolerance.outputs);
    const auto& edges = sinks.edges[std::size_t(layer)];
    checks.equal("edges a token", name, double(edges.size()), double(2 * tokens.size()));
    bool ordered = true;
    for (std::size_t i = 0; i < edges.size(); ++i)
      ordered = ordered && edges[i].key <= std::int64_t(i / 2) && (i % 2 == 0 || edges[i].weight <= edges[i - 1].weight);
    checks.is_true("edges are earlier keys, strongest first", name, ordered);
  }
}

// Twenty steps of AdamW on a GPU and on the processor.
void check_training(Checks& checks, const Tolerance& tolerance) {
  const model::Config config = small_config();
  model::Decoder decoder(config, model::initial_weights(config, 11));
  const auto learner = model::cuda::make_learner(config, decoder.weights(), tolerance.numbers, 96);
  model::Tensors first = decoder.zero_gradients(), second = first;
  double worst = 0, last = 0;
  for (int step = 1; step <= 20; ++step) {
    model::Tensors gradients = decoder.zero_gradients();
    double loss = 0;
    for (unsigned window = 0; window < 2; ++window) {
      const auto tokens = random_tokens(config, 96, window + 1);
      loss += decoder.loss(tokens, &gradients) / 2;
      learner->add(tokens);
    }
    double squares = 0;
    for (const auto& [name, tensor] : gradients)
      squares += compute::sum_of_squares(std::int64_t(tensor.data.size()), tensor.data.data());
    const double norm = std::sqrt(squares) / 2, clip = std::min(1.0, 0.5 / norm);
    for (auto& [name, tensor] : decoder.weights()) {
      const compute::AdamW settings{.learning_rate = 3e-3, .weight_decay = tensor.shape.size() > 1 ? 0.1 : 0.0};
      compute::adamw_step(settings, step, float(clip / 2), std::int64_t(tensor.data.size()),
                          gradients.at(name).data.data(), tensor.data.data(), first.at(name).data.data(),
                          second.at(name).data.data());
    }
    model::StepSettings settings;
    settings.rate = 3e-3;
    settings.weight_decay = 0.1;
    settings.clip = 0.5;
    settings.batch = 2;
    settings.step = step;
    const model::LearnerStep taken = learner->step(settings);
    worst = std::max(worst, std::abs(taken.loss / loss - 1));
    last = loss;
    checks.below(kind_of(tolerance, "gradient norm"), "step " + std::to_string(step),
                 std::abs(taken.gradient_norm / norm - 1), 5 * tolerance.gradients);
  }
  checks.below(kind_of(tolerance, "losses of twenty steps"), "worst", worst, tolerance.outputs);
  checks.below("the training learns", "loss", last, std::log(config.vocab_size) - 0.3);
  checks.below(kind_of(tolerance, "weights after twenty steps"), "all",
               distance(joined(learner->weights()), joined(decoder.weights())), tolerance.gradients * 5);
}

// A window that several GPUs split, with every exchange of keys and gradients.
void check_split(Checks& checks, const Tolerance& tolerance, model::Position position, int ranks) {
  const model::Config config = small_config(position);
  const model::Decoder decoder = twin_of({config, lively_weights(config)}, tolerance);
  const auto tokens = random_tokens(config, 203, 13);
  model::Tensors exact = decoder.zero_gradients();
  const double loss = decoder.loss(tokens, &exact);
  const std::string name = std::to_string(ranks) + " ranks, position scheme " + std::to_string(int(position));
  on_gpus(ranks, [&](const std::function<std::unique_ptr<parallel::DeviceCollective>()>& connect, int rank) {
    const auto learner = model::cuda::make_learner(config, decoder.weights(), tolerance.numbers, 203, {connect(), connect()});
    learner->add(tokens);
    // Gradients are summed in the step; before, a rank has its share alone.
    const model::LearnerStep taken = learner->step({.rate = 1e-3, .clip = 1e9});
    if (rank > 0) return;
    double squares = 0;
    for (const auto& [weight, tensor] : exact)
      squares += compute::sum_of_squares(std::int64_t(tensor.data.size()), tensor.data.data());
    checks.below(kind_of(tolerance, "loss of a split window"), name, std::abs(taken.loss / loss - 1), tolerance.outputs);
    checks.below(kind_of(tolerance, "gradient norm of a split window"), name,
                 std::abs(taken.gradient_norm / std::sqrt(squares) - 1), tolerance.gradients);
    // After the first step the first moments are a tenth of the gradients.
    model::Tensors gradients = learner->first_moments();
    for (auto& [weight, tensor] : gradients)
      for (float& number : tensor.data) number *= 10;
    checks.below(kind_of(tolerance, "gradients of a split window"), name, distance(joined(gradients), joined(exact)),
                 tolerance.gradients);
  });
}

bool is_refused(const std::function<void()>& work, const std::string& word) {
  try {
    work();
  } catch (const core::Error& error) {
    return std::string(error.what()).find(word) != std::string::npos && !error.remedy().empty();
  }
  return false;
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
                 is_refused([&] { model::cuda::make_learner(config, decoder.weights(), Numbers::float32, 1 << 20); }, "for a sequence"));
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
  set_gpu_memory(std::int64_t(1) << 40);
  checks.equal("nothing is left on the GPU", "after all", double(gpu_memory_in_use()), 0);
}
#endif

int run() {
  if (!has_device()) {
    std::printf("skipped: no GPU\n");
    return skipped;
  }
  std::printf("the decoder, %s\n", device_name());
  Checks checks;
#ifdef CORPUSCOPE_EMULATED
  check_memory(checks);
#endif
  check_stored(checks);
  for (const Tolerance& tolerance : tolerances) {
    check_golden(checks, tolerance);
    check_wide(checks, tolerance);
    for (const auto position : {model::Position::rope, model::Position::xpos, model::Position::per_level})
      check_stream(checks, tolerance, position);
    check_sums(checks, tolerance);
    check_training(checks, tolerance);
    for (const int ranks : gpu_counts())
      for (const auto position : {model::Position::rope, model::Position::per_level})
        check_split(checks, tolerance, position, ranks);
  }
  checks.is_true("a wrong token is refused", "message", is_refused([] {
                   const model::Config config = small_config();
                   const model::Decoder decoder(config, lively_weights(config));
                   const std::int32_t wrong = config.vocab_size;
                   float bits = 0;
                   model::cuda::make_streaming(decoder, Numbers::bf16)->append({&wrong, 1}, &bits, nullptr);
                 }, "vocabulary"));
  return checks.end();
}

}  // namespace
}  // namespace corpuscope::gpu_test

int main() {
  try {
    return corpuscope::gpu_test::run();
  } catch (const std::exception& error) {
    std::printf("FAILED: %s\n", error.what());
    return 1;
  }
}
