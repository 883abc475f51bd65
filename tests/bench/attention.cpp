// Dilated attention beside dense attention and beside the processor's own ceiling, the float32 matrix product.
// FLOPs count visible query-key pairs alone: 4 D a pair forward, 10 D backward (five products of 2 D).
#include <benchmark/benchmark.h>

#include <random>

#include "attention/attention.h"
#include "compute/matmul.h"
#include "core/parallel.h"

namespace {

using namespace corpuscope;

constexpr int heads = 12, head_dim = 64;

attention::Settings ladder(std::int64_t length, const std::vector<std::int64_t>& dilations) {
  attention::Settings settings{{}, 0.125f, {}};
  std::int64_t segment = 2048;
  for (std::int64_t dilation : dilations) {
    if (segment > length) break;
    settings.pattern.levels.push_back({segment, dilation});
    segment *= 2;
  }
  return settings;
}

attention::Settings dense(std::int64_t length) { return {{{{length, 1}}}, 0.125f, {}}; }

struct Arrays {
  std::vector<float> q, k, v, out, lse, dout, dq, dk, dv;

  explicit Arrays(std::int64_t length) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (auto* x : {&q, &k, &v, &dout}) {
      x->resize(std::size_t(length * heads * head_dim));
      for (float& value : *x) value = normal(random);
    }
    out = dq = dk = dv = q;
    lse.resize(std::size_t(length * heads));
  }
};

void count(benchmark::State& state, const attention::Settings& settings, std::int64_t length, double flops_a_pair) {
  const double flops = flops_a_pair * double(pattern::visible_pairs(settings.pattern, heads, length));
  state.counters["FLOP/s"] =
      benchmark::Counter(flops * double(state.iterations()), benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
  state.counters["tokens/s"] = benchmark::Counter(double(length) * double(state.iterations()),
                                                  benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

void forward(benchmark::State& state, const attention::Settings& settings) {
  const std::int64_t length = state.range(0);
  Arrays a(length);
  for (auto _ : state)
    attention::forward(settings, {length, heads, heads, head_dim}, a.q.data(), a.k.data(), a.v.data(), a.out.data(),
                       a.lse.data());
  count(state, settings, length, 4 * head_dim);
}

void backward(benchmark::State& state, const attention::Settings& settings) {
  const std::int64_t length = state.range(0);
  const attention::Shape shape{length, heads, heads, head_dim};
  Arrays a(length);
  attention::forward(settings, shape, a.q.data(), a.k.data(), a.v.data(), a.out.data(), a.lse.data());
  for (auto _ : state)
    attention::backward(settings, shape, a.q.data(), a.k.data(), a.v.data(), a.out.data(), a.lse.data(), a.dout.data(),
                        a.dq.data(), a.dk.data(), a.dv.data());
  count(state, settings, length, 10 * head_dim);
}

const std::vector<std::int64_t> paper = {1, 2, 4, 6, 12};

void dense_forward(benchmark::State& state) { forward(state, dense(state.range(0))); }
void dilated_forward(benchmark::State& state) { forward(state, ladder(state.range(0), paper)); }
void dense_backward(benchmark::State& state) { backward(state, dense(state.range(0))); }
void dilated_backward(benchmark::State& state) { backward(state, ladder(state.range(0), paper)); }

void matrix_product(benchmark::State& state) {
  const std::int64_t m = 2048, n = 2048, k = 512;
  std::vector<float> a(std::size_t(m * k), 1.f), b(std::size_t(k * n), 1.f), c(std::size_t(m * n));
  for (auto _ : state) compute::matmul(compute::Op::plain, compute::Op::plain, m, n, k, a.data(), b.data(), 0, c.data());
  state.counters["FLOP/s"] = benchmark::Counter(2. * double(m * n * k) * double(state.iterations()),
                                                benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

BENCHMARK(matrix_product)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(dense_forward)->Arg(4096)->Arg(16384)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(dilated_forward)->Arg(4096)->Arg(32768)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(dense_backward)->Arg(4096)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(dilated_backward)->Arg(4096)->Arg(32768)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
