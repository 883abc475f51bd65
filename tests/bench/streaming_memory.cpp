// Peak memory of reading 1, 4 and 16 million tokens with a small model: it must not grow with the length. All
// three use the pattern of the longest text, so that they do the same work a token.
//
// With CORPUSCOPE_BILLION=1 in the environment also a billion tokens (2^30) as one causal sequence through a toy of
// one layer and two heads of 16: it tells its rate and memory as it goes on.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include "model/decoder.h"

namespace {

using namespace corpuscope;

constexpr std::int64_t million = 1 << 20, chunk = 4096;

model::Decoder small_decoder(int layers, int heads, std::int64_t length) {
  model::Config config;
  config.vocab_size = 256;
  config.hidden_size = 32;
  config.layers = layers;
  config.heads = config.kv_heads = heads;
  config.head_dim = 32 / heads;
  config.ffn_size = 64;
  config.attention.levels = {{256, 1}};
  config.attention.staggered = true;
  config.attention = pattern::extended(config.attention, length);
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

// Reads random tokens; `after` is called behind each chunk.
template <typename After>
void read(model::Reader& reader, std::int64_t length, const After& after) {
  std::vector<std::int32_t> tokens(chunk);
  std::vector<float> bits(chunk);
  std::mt19937 random(1);
  while (reader.position() < length) {
    for (auto& token : tokens) token = std::int32_t(random() % 256);
    reader.append(tokens, bits.data());
    after();
  }
}

void reading(benchmark::State& state) {
  const model::Decoder decoder = small_decoder(2, 4, 16 * million);
  for (auto _ : state) {
    reset_peak_memory();
    model::Reader reader(decoder);
    read(reader, state.range(0), [] {});
    state.counters["state bytes"] = double(reader.state_bytes());
    state.counters["peak bytes"] = double(peak_memory());
  }
  state.counters["tokens/s"] = benchmark::Counter(double(state.range(0)), benchmark::Counter::kIsRate);
}

void reading_a_billion(benchmark::State& state) {
  const std::int64_t billion = std::int64_t(1) << 30;
  const model::Decoder decoder = small_decoder(1, 2, billion);
  for (auto _ : state) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    reset_peak_memory();
    model::Reader reader(decoder);
    read(reader, billion, [&] {
      const std::int64_t done = reader.position();
      if ((done & (done - 1)) != 0 && done % (64 * million) != 0) return;
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      std::fprintf(stderr, "%lld tokens, %.1f s, peak %.1f MB, state %.1f MB\n", static_cast<long long>(done), seconds,
                   double(peak_memory()) / 1e6, double(reader.state_bytes()) / 1e6);
    });
    state.counters["state bytes"] = double(reader.state_bytes());
    state.counters["peak bytes"] = double(peak_memory());
  }
  state.counters["tokens/s"] = benchmark::Counter(double(billion), benchmark::Counter::kIsRate);
}

BENCHMARK(reading)
    ->Arg(million)
    ->Arg(4 * million)
    ->Arg(16 * million)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv("CORPUSCOPE_BILLION"))
    benchmark::RegisterBenchmark("reading_a_billion", reading_a_billion)
        ->Iterations(1)
        ->Unit(benchmark::kSecond)
        ->UseRealTime();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
