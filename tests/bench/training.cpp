// A whole training step of the `pocket` model against the floor that its FLOPs set at the rate of a large float32
// matrix product, on one thread. Everything is counted in processor time, so that other work on the machine does not
// matter.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "compute/matmul.h"
#include "core/parallel.h"
#include "training/trainer.h"

namespace {

using namespace corpuscope;

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

model::Config pocket() {
  model::Config config;
  config.vocab_size = 8192;
  config.hidden_size = 192;
  config.layers = 4;
  config.heads = config.kv_heads = 6;
  config.head_dim = 32;
  config.ffn_size = 512;
  config.attention.levels = {{512, 1}, {1024, 2}, {2048, 4}};
  config.attention.rule = pattern::OffsetRule::both_ends;
  config.attention.staggered = true;
  return config;
}

// Of a window, forward and backward: 2 for each weight of a product and position, and twice that for the gradients of
// inputs and weights; 4 head_dim for each visible pair of attention, and twice that for the gradients. What is
// computed a second time (the weights of attention in its backward) does not count.
double flops(const model::Config& config, std::int64_t length) {
  const double q = double(config.heads) * config.head_dim, kv = double(config.kv_heads) * config.head_dim;
  const double width = config.hidden_size;
  const double layer = width * (2 * q + 2 * kv) + 3 * width * config.ffn_size;
  const double weights = config.layers * layer + width * config.vocab_size;
  const auto pairs = double(pattern::visible_pairs(config.attention, config.heads, length));
  return 3 * (2 * weights * double(length) + config.layers * 4 * config.head_dim * pairs);
}

double sgemm_rate() {
  constexpr std::int64_t n = 1024;
  const std::vector<float> a(n * n, 0.5f), b(n * n, 0.25f);
  std::vector<float> c(n * n);
  double best = 1e9;
  for (int i = 0; i < 8; ++i) {
    const double since = processor_seconds();
    compute::matmul(compute::Op::plain, compute::Op::transposed, n, n, n, a.data(), b.data(), 0, c.data());
    best = std::min(best, processor_seconds() - since);
  }
  return 2 * double(n) * n * n / best;
}

void training_step(benchmark::State& state) {
  core::set_threads(1);
  const std::int64_t length = state.range(0), steps = 8;
  const model::Config config = pocket();
  training::Texts texts{"random", {}, 1 << 20, 1};
  for (std::uint32_t x = 1; texts.tokens.size() < 1 << 18; x = x * 1664525 + 1013904223)
    texts.tokens.push_back(std::int32_t(x >> 19));
  training::Settings settings;
  settings.length = length;
  settings.batch = 1;
  settings.schedule.steps = steps;
  const auto folder = std::filesystem::temp_directory_path() / ("corpuscope-bench-" + std::to_string(::getpid()));
  double least = 1e9, rate = 0;
  for (auto _ : state) {
    rate = sgemm_rate();
    double since = 0;
    const auto report = [&](const training::Step& step) {
      // The first step makes the buffers, the last one a checkpoint.
      if (step.step > 1 && step.step < steps) least = std::min(least, processor_seconds() - since);
      since = processor_seconds();
    };
    core::Job job;
    training::train(*parallel::alone(), config, settings, {texts}, {}, folder, report, job);
    std::filesystem::remove_all(folder);
    state.SetIterationTime(least);
  }
  state.counters["tokens/s"] = double(length) / least;
  state.counters["GFLOP a step"] = flops(config, length) / 1e9;
  state.counters["GFLOP/s"] = flops(config, length) / least / 1e9;
  state.counters["sgemm GFLOP/s"] = rate / 1e9;
  state.counters["share of floor"] = flops(config, length) / rate / least;
}

BENCHMARK(training_step)->Arg(2048)->Arg(8192)->Unit(benchmark::kMillisecond)->UseManualTime()->Iterations(2);

}  // namespace

BENCHMARK_MAIN();
