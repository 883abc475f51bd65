// A track of 10^8 tokens with one spike: how long a view of it takes at every zoom, beside what reading as many values
// as it has pixels would take at the least; and whether the spike is in it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "workspace/writer.h"

namespace {

using namespace corpuscope;

constexpr std::int64_t tokens = 100'000'000, spike = 31'415'926;
constexpr int pixels = 2560;

// About 500 MB in the folder for temporary files.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "corpuscope-bench-tracks";
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

struct Track {
  Folder folder;
  workspace::Workspace file = workspace::Workspace::open(folder.path / "w.corpuscope", true);
  std::int64_t run = 0;

  Track() {
    auto& writer = file.writer();
    workspace::Document document;
    document.name = "a";
    const std::int64_t id = writer.put_document(document, "text");
    std::int64_t left = tokens - 1;
    writer.put_tokens(id, [&] {
      const std::int64_t now = std::min<std::int64_t>(left, 1 << 20);
      left -= now;
      return std::vector<std::int32_t>(std::size_t(now), 5);
    });
    writer.finish_sequence(1);
    workspace::Run config;
    config.model = "none";
    config.tokens = tokens;
    config.layers = 1;
    config.heads = 1;
    config.levels = 1;
    run = writer.create_run(config);
    for (std::int64_t first = 0; first < tokens; first += 1 << 22) {
      std::vector<float> values(std::size_t(std::min<std::int64_t>(tokens - first, 1 << 22)));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = float((first + std::int64_t(i)) * 2654435761u % 8);
      if (spike >= first && spike < first + std::int64_t(values.size())) values[std::size_t(spike - first)] = 30;
      workspace::Transaction transaction(writer);
      writer.append_surprisal(run, first, values);
      transaction.commit();
    }
  }
};

Track& track() {
  static Track made;
  return made;
}

// The middle of the view moves a little each time, so that nothing but the file's pages is warm.
void view_of_hundred_million_tokens(benchmark::State& state) {
  Track& made = track();
  const std::int64_t count = state.range(0);
  std::int64_t turn = 0;
  for (auto _ : state) {
    const std::int64_t aside = (turn++ * 7919) % std::max<std::int64_t>(count / 3, 1);
    const std::int64_t first = std::clamp<std::int64_t>(spike - count / 2 + aside, 0, tokens - count);
    const auto bins = made.file.surprisal_bins(made.run, first, count, pixels);
    const auto most = std::ranges::max_element(bins, {}, [](const workspace::Bin& bin) { return bin.maximum; });
    if (most->maximum < 29.9f) state.SkipWithError("the spike is not seen");
  }
  state.counters["tokens_a_pixel"] = double(count) / pixels;
}
BENCHMARK(view_of_hundred_million_tokens)->RangeMultiplier(10)->Range(1'000, tokens)->Unit(benchmark::kMillisecond);

void copy_of_as_many_values_as_pixels(benchmark::State& state) {
  const std::vector<workspace::Bin> from(pixels);
  for (auto _ : state) benchmark::DoNotOptimize(std::vector<workspace::Bin>(from));
}
BENCHMARK(copy_of_as_many_values_as_pixels)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
