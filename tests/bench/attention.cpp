// Dilated attention beside dense attention and beside the processor's own ceiling, the float32 matrix product.
// FLOPs count visible query-key pairs alone: 4 D a pair forward, 10 D backward (five products of 2 D).
// `corpuscope bench attention` prints the same for any shape, with the shares of the ceiling.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

#include "attention/attention.h"
#include "attention/kernel.h"
#include "compute/matmul.h"
#include "compute/precision.h"

namespace {

using namespace corpuscope;
using attention::Bf16;

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
attention::Settings paper(std::int64_t length) { return ladder(length, {1, 2, 4, 6, 12}); }

template <typename Element>
struct Arrays {
  attention::Shape shape;
  std::vector<Element> q, k, v;
  std::vector<float> out, lse, dout, dq, dk, dv;

  explicit Arrays(std::int64_t length) : shape{length, heads, heads, head_dim} {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    const auto draw = [&](auto& x) {
      x.resize(std::size_t(length * heads * head_dim));
      for (auto& value : x)
        if constexpr (sizeof(value) == 2)
          value = compute::to_bf16(normal(random));
        else
          value = normal(random);
    };
    draw(q);
    draw(k);
    draw(v);
    draw(dout);
    out = dq = dk = dv = dout;
    lse.resize(std::size_t(length * heads));
  }

  void forward(const attention::Settings& settings) {
    attention::forward(settings, shape, q.data(), k.data(), v.data(), out.data(), lse.data());
  }
  void backward(const attention::Settings& settings) {
    attention::backward(settings, shape, q.data(), k.data(), v.data(), out.data(), lse.data(), dout.data(), dq.data(),
                        dk.data(), dv.data());
  }
};

void count(benchmark::State& state, const attention::Settings& settings, double flops_a_pair) {
  const std::int64_t length = state.range(0);
  const double flops = flops_a_pair * double(pattern::visible_pairs(settings.pattern, heads, length));
  state.counters["FLOP/s"] =
      benchmark::Counter(flops * double(state.iterations()), benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
  state.counters["tokens/s"] = benchmark::Counter(double(length) * double(state.iterations()),
                                                  benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

template <typename Element>
void forward(benchmark::State& state, attention::Settings (*settings_of)(std::int64_t), const std::string& kernel) {
  attention::force_kernel(kernel);
  const attention::Settings settings = settings_of(state.range(0));
  Arrays<Element> a(state.range(0));
  for (auto _ : state) a.forward(settings);
  count(state, settings, 4 * head_dim);
}

template <typename Element>
void backward(benchmark::State& state, attention::Settings (*settings_of)(std::int64_t), const std::string& kernel) {
  attention::force_kernel(kernel);
  const attention::Settings settings = settings_of(state.range(0));
  Arrays<Element> a(state.range(0));
  a.forward(settings);
  for (auto _ : state) a.backward(settings);
  count(state, settings, 10 * head_dim);
}

void matrix_product(benchmark::State& state, compute::Precision precision) {
  const std::int64_t m = 2048, n = 2048, k = 512;
  std::vector<float> a(std::size_t(m * k), 1.f), b(std::size_t(k * n), 1.f), c(std::size_t(m * n));
  const compute::WithPrecision chosen(precision);
  for (auto _ : state) compute::matmul(compute::Op::plain, compute::Op::plain, m, n, k, a.data(), b.data(), 0, c.data());
  state.counters["FLOP/s"] = benchmark::Counter(2. * double(m * n * k) * double(state.iterations()),
                                                benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

// Both passes of both precisions; `kernel` "" is the fastest.
void add(const std::string& name, attention::Settings (*settings_of)(std::int64_t), const std::string& kernel,
         std::int64_t length) {
  const auto one = [&](const std::string& pass, auto function) {
    benchmark::RegisterBenchmark((name + "/" + pass).c_str(), function, settings_of, kernel)
        ->Arg(length)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
  };
  one("forward/float32", forward<float>);
  one("forward/bf16", forward<Bf16>);
  one("backward/float32", backward<float>);
  one("backward/bf16", backward<Bf16>);
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto precision : {compute::Precision::float32, compute::Precision::bf16})
    benchmark::RegisterBenchmark(precision == compute::Precision::bf16 ? "matrix_product/bf16" : "matrix_product/float32",
                                 matrix_product, precision)
        ->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
  add("dense", dense, "", 8192);
  for (const std::int64_t length : {8192, 32768}) add("dilated", paper, "", length);
  for (const std::string& kernel : attention::kernel_names()) add("dilated/" + kernel, paper, kernel, 8192);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
