// Peak memory of reading 1, 4 and 16 million tokens with a small model: it must not grow with the length. All
// three use the pattern of the longest text, so that they do the same work a token.
#include <benchmark/benchmark.h>

#include <fstream>
#include <random>
#include <string>

#include "model/decoder.h"

namespace {

using namespace corpuscope;

constexpr std::int64_t million = 1 << 20, chunk = 4096;

model::Decoder small_decoder() {
  model::Config config;
  config.vocab_size = 256;
  config.hidden_size = 32;
  config.layers = 2;
  config.heads = config.kv_heads = 4;
  config.head_dim = 8;
  config.ffn_size = 64;
  config.attention.levels = {{256, 1}};
  config.attention.staggered = true;
  config.attention = pattern::extended(config.attention, 16 * million);
  return {config, model::initial_weights(config, 1)};
}

// The peak of this process's memory since the last reset, in bytes (Linux).
std::int64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (word == "VmHWM:" && status >> word) return std::stoll(word) * 1024;
  return 0;
}

void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << 5; }

void reading(benchmark::State& state) {
  const model::Decoder decoder = small_decoder();
  std::vector<std::int32_t> tokens(chunk);
  std::vector<float> bits(chunk);
  for (auto _ : state) {
    reset_peak_memory();
    std::mt19937 random(1);
    model::Reader reader(decoder);
    while (reader.position() < state.range(0)) {
      for (auto& token : tokens) token = std::int32_t(random() % 256);
      reader.append(tokens, bits.data());
    }
    state.counters["state bytes"] = double(reader.state_bytes());
    state.counters["peak bytes"] = double(peak_memory());
  }
  state.counters["tokens/s"] = benchmark::Counter(double(state.range(0)), benchmark::Counter::kIsRate);
}

BENCHMARK(reading)
    ->Arg(million)
    ->Arg(4 * million)
    ->Arg(16 * million)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
