// Exact search over a gigabyte of text, and ranked search over its index: the text is random words of Zipf's shape.
// CORPUSCOPE_BENCH_MEGABYTES makes it smaller or larger; CORPUSCOPE_BENCH_WORKSPACE names a workspace to search instead.
// A plain read of the same bytes stands beside it as the floor. `first_ms` is until the first places were told of: those
// of a screen, as snippets are made for rows in sight alone.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <random>

#include "explore/search.h"
#include "workspace/writer.h"

namespace {

using namespace corpuscope;

std::filesystem::path make_workspace() {
  if (const char* const file = std::getenv("CORPUSCOPE_BENCH_WORKSPACE")) return file;
  const char* const wanted = std::getenv("CORPUSCOPE_BENCH_MEGABYTES");
  const std::size_t megabytes = wanted ? std::size_t(std::atoi(wanted)) : 1000;
  std::string pattern = (std::filesystem::temp_directory_path() / "corpuscope-bench-XXXXXX").string();
  const std::filesystem::path file = std::filesystem::path(mkdtemp(pattern.data())) / "w.corpuscope";
  auto workspace = workspace::Workspace::open(file, true);
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (std::size_t i = 0; i < megabytes; ++i) {
    std::string text;
    while (text.size() < 1'000'000) {
      auto number = std::uint64_t(std::exp(uniform(random) * std::log(200'000.0)));
      do text += char('a' + number % 26);
      while (number /= 26);
      text += random() % 12 == 0 ? '\n' : ' ';
    }
    text += "harpooneer\n";
    workspace::Document document;
    document.name = "text" + std::to_string(i);
    workspace.writer().put_document(document, text);
  }
  return file;
}

const explore::CorpusText& corpus() {
  static const explore::CorpusText text(make_workspace());
  static const bool loaded = [] {
    core::Job job;
    text.load(job);
    return true;
  }();
  benchmark::DoNotOptimize(loaded);
  return text;
}

void search(benchmark::State& state, const char* query) {
  const auto& text = corpus();
  explore::SearchSettings screen;
  screen.most_ranked = 20;
  std::int64_t matches = 0;
  double slowest_first = 0;  // milliseconds until something was found
  for (auto _ : state) {
    core::Job job;
    double first = -1;
    const auto start = std::chrono::steady_clock::now();
    matches = explore::search(text, explore::parse_query(query), screen, job, [&](std::span<const explore::Match>) {
      if (first < 0) first = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    }).matches;
    slowest_first = std::max(slowest_first, first);
  }
  state.counters["matches"] = double(matches);
  state.counters["first_ms"] = slowest_first;
  state.SetBytesProcessed(std::int64_t(state.iterations()) * text.bytes());
}

void floor_of_reading(benchmark::State& state) {
  const auto& text = corpus();
  for (auto _ : state)
    for (std::size_t i = 0; i < text.documents().size(); ++i) {
      const auto whole = text.text(i);
      benchmark::DoNotOptimize(std::accumulate(whole.begin(), whole.end(), 0u));
    }
  state.SetBytesProcessed(std::int64_t(state.iterations()) * text.bytes());
}

BENCHMARK(floor_of_reading)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, literal, "\"harpooneer\"")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, literal_case, "\"harpooneer\" case:yes")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, expression, "/harp[a-z]+r/")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, many_matches, "/[a-z]b[a-z]c/")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, words, "harpooneer bcd")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, book_word, "whale")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, book_words, "the white whale")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, book_phrase, "\"white whale\"")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, book_expression, "/wh[a-z]+le/")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, code_words, "read file")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
