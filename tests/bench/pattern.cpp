// Dependency paths in a ladder of segments from 2,048: one path between two tokens, for every kind of pattern, with
// the worst pair that was met; and beside it counting all that one token can know of, which has to go over the whole
// sequence.
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

constexpr int pairs = 100'000;
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

// At most 16 tokens before or behind borders of segments of all levels, where paths are longest, or one end anywhere.
std::vector<std::int64_t> beside_borders(const Pattern& pattern, std::int64_t length, unsigned seed) {
  auto tokens = tokens_behind_borders(pattern, length, pairs, seed);
  const auto others = random_tokens(length, pairs, seed + 1);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if (i % 4 == seed)
      tokens[i] = others[i];
    else if (others[i] % 2 == 0)
      tokens[i] = std::max<std::int64_t>(tokens[i] - 16, 0);
  return tokens;
}

void path(benchmark::State& state, const Pattern& pattern, int heads, std::int64_t length, bool at_borders) {
  const auto from = at_borders ? beside_borders(pattern, length, 1) : random_tokens(length, pairs, 1),
             to = at_borders ? beside_borders(pattern, length, 2) : random_tokens(length, pairs, 2);
  std::size_t i = 0, hops = 0, longest_path = 0;
  double worst = 0;
  for (auto _ : state) {
    const auto [first, second] = std::minmax(from[i % from.size()], to[i % to.size()]);
    const auto milliseconds = [&, first = first, second = second] {
      const double start = processor_milliseconds();
      const auto found = shortest_path(pattern, heads, length, first, second);
      const double took = processor_milliseconds() - start;
      const std::size_t size = found ? found->size() : 0;
      hops += size, longest_path = std::max(longest_path, size);
      return took;
    };
    double took = milliseconds();
    ++i;
    if (took <= worst) continue;
    state.PauseTiming();
    const std::size_t counted = hops;
    took = std::min(took, milliseconds());  // what else took the processor is not counted
    hops = counted;
    if (took > worst) {
      worst = took;
      state.SetLabel("worst: " + std::to_string(first) + " to " + std::to_string(second));
    }
    state.ResumeTiming();
  }
  state.counters["hops"] = double(hops) / double(i);
  state.counters["most"] = double(longest_path);
  state.counters["worst_ms"] = worst;
}

// path/RULE[,staggered][,full]/HEADS/anywhere|borders/LENGTH
void register_paths() {
  for (const auto rule : {OffsetRule::modulo, OffsetRule::block, OffsetRule::both_ends})
    for (const bool staggered : {false, true})
      for (const bool causal : {true, false})
        for (const int heads : {8, 12})
          for (const bool at_borders : {false, true})
            for (const std::int64_t length : {million, billion, longest}) {
              const std::string kind = name(rule) + (staggered ? ",staggered" : "") + (causal ? "" : ",full");
              const std::string text = "path/" + kind + '/' + std::to_string(heads) +
                                       (at_borders ? "/borders/" : "/anywhere/") + std::to_string(length);
              const Pattern pattern = ladder(length, rule, staggered, causal);
              benchmark::RegisterBenchmark(
                  text.c_str(), [=](benchmark::State& state) { path(state, pattern, heads, length, at_borders); });
            }
}

void count_reached(benchmark::State& state, OffsetRule rule, bool staggered, bool causal) {
  const std::int64_t length = state.range(0);
  const Pattern pattern = ladder(length, rule, staggered, causal);
  for (auto _ : state) benchmark::DoNotOptimize(reach(pattern, 8, length, length - 1, Side::past).within.back());
}

BENCHMARK_CAPTURE(count_reached, modulo, OffsetRule::modulo, false, true)
    ->Arg(million)
    ->Arg(billion)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_reached, staggered, OffsetRule::modulo, true, true)
    ->Arg(million)
    ->Arg(billion)
    ->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  register_paths();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
