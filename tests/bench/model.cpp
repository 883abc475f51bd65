// A training step and the streaming reader of a decoder of the size of the `pocket` model.
#include <benchmark/benchmark.h>

#include <random>

#include "model/decoder.h"

namespace {

using namespace corpuscope;

model::Decoder decoder(std::int64_t length) {
  model::Config config;
  config.vocab_size = 8192;
  config.hidden_size = 192;
  config.layers = 6;
  config.heads = config.kv_heads = 6;
  config.head_dim = 32;
  config.ffn_size = 512;
  config.attention.levels = {{512, 1}};
  config.attention.staggered = true;
  config.attention = pattern::extended(config.attention, length);
  return {config, model::initial_weights(config, 1)};
}

std::vector<std::int32_t> tokens(std::int64_t length) {
  std::mt19937 random(1);
  std::vector<std::int32_t> tokens(static_cast<std::size_t>(length));
  for (auto& token : tokens) token = std::int32_t(random() % 8192);
  return tokens;
}

void count(benchmark::State& state, std::int64_t length) {
  state.counters["tokens/s"] =
      benchmark::Counter(double(length) * double(state.iterations()), benchmark::Counter::kIsRate);
}

void training_step(benchmark::State& state) {
  const std::int64_t length = state.range(0);
  const model::Decoder model = decoder(length);
  const auto text = tokens(length);
  model::Tensors gradients = model.zero_gradients();
  model::Workspace workspace;
  for (auto _ : state) benchmark::DoNotOptimize(model.loss(text, &gradients, &workspace));
  count(state, length);
}

// Reading on at a depth of 2^20 tokens' pattern, in chunks.
void reading(benchmark::State& state) {
  const std::int64_t chunk = state.range(0);
  const model::Decoder model = decoder(1 << 20);
  const auto text = tokens(chunk);
  std::vector<float> bits(text.size());
  model::Reader reader(model);
  for (auto _ : state) reader.append(text, bits.data());
  count(state, chunk);
  state.counters["state bytes"] = double(reader.state_bytes());
}

BENCHMARK(training_step)->Arg(4096)->Arg(16384)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(reading)->Arg(1)->Arg(256)->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
