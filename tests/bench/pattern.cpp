// Dependency paths in a ladder of segments from 2,048, 8 heads: one path from both ends, beside counting all that one
// token can know of, which has to go over the whole sequence.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <string>

#include "pattern/paths.h"
#include "pattern/reach.h"
#include "pattern/survey.h"

namespace {

using namespace corpuscope::pattern;

constexpr int heads = 8, pairs = 10'000;
constexpr std::int64_t million = 1 << 20, billion = 1'000'000'000, longest = std::int64_t(1) << 40;

Pattern ladder(std::int64_t length, OffsetRule rule, bool staggered, bool causal) {
  return extended({{{2048, 1}, {4096, 2}}, rule, staggered, causal}, length);
}

// Of this thread, which searches alone: what other programs do is not counted.
double processor_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

// Between tokens anywhere, or from right before a border to right behind another, where paths are longest.
void path(benchmark::State& state, OffsetRule rule, bool staggered, bool causal, bool at_borders) {
  const std::int64_t length = state.range(0);
  const Pattern pattern = ladder(length, rule, staggered, causal);
  auto from = random_tokens(length, pairs, 1), to = random_tokens(length, pairs, 2);
  if (at_borders) {
    from = tokens_behind_borders(pattern, length, pairs, 1), to = tokens_behind_borders(pattern, length, pairs, 2);
    for (auto& token : from) token = std::max<std::int64_t>(token - 16, 0);
  }
  std::size_t i = 0, hops = 0, longest_path = 0;
  double worst = 0;
  for (auto _ : state) {
    const auto [first, second] = std::minmax(from[i % from.size()], to[i % to.size()]);
    const double start = processor_milliseconds();
    const auto found = shortest_path(pattern, heads, length, first, second);
    if (const double took = processor_milliseconds() - start; took > worst) {
      worst = took;
      state.SetLabel("worst: " + std::to_string(first) + " to " + std::to_string(second));
    }
    const std::size_t size = found ? found->size() : 0;
    hops += size, longest_path = std::max(longest_path, size);
    ++i;
  }
  state.counters["hops"] = double(hops) / double(i);
  state.counters["most"] = double(longest_path);
  state.counters["worst_ms"] = worst;
}

void count_reached(benchmark::State& state, OffsetRule rule, bool staggered, bool causal) {
  const std::int64_t length = state.range(0);
  const Pattern pattern = ladder(length, rule, staggered, causal);
  for (auto _ : state) benchmark::DoNotOptimize(reach(pattern, heads, length, length - 1, Side::past).within.back());
}

constexpr auto modulo = OffsetRule::modulo, both_ends = OffsetRule::both_ends;

BENCHMARK_CAPTURE(path, modulo, modulo, false, true, false)->Arg(million)->Arg(billion)->Arg(longest);
BENCHMARK_CAPTURE(path, modulo_borders, modulo, false, true, true)->Arg(million)->Arg(billion);
BENCHMARK_CAPTURE(path, both_ends, both_ends, false, true, false)->Arg(million)->Arg(billion);
BENCHMARK_CAPTURE(path, both_ends_borders, both_ends, false, true, true)->Arg(million)->Arg(billion);
BENCHMARK_CAPTURE(path, staggered, modulo, true, true, false)->Arg(million)->Arg(billion)->Arg(longest);
BENCHMARK_CAPTURE(path, staggered_borders, modulo, true, true, true)->Arg(million)->Arg(billion);
BENCHMARK_CAPTURE(path, not_causal, modulo, false, false, false)->Arg(million)->Arg(billion)->Arg(longest);
BENCHMARK_CAPTURE(count_reached, modulo, modulo, false, true)
    ->Arg(million)
    ->Arg(billion)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_reached, staggered, modulo, true, true)
    ->Arg(million)
    ->Arg(billion)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
