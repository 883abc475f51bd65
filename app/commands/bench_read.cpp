// bench read: how fast a model reads a sequence of any length, and in how much memory.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>

#include "app/commands.h"
#include "app/terminal.h"
#include "core/error.h"
#include "explore/devices.h"
#include "explore/open.h"
#include "model/gpu.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::filesystem::path model;
  std::vector<std::int64_t> lengths = {1'000'000};
  std::string device = "auto";
};

model::Reader make_reader(const model::Decoder& decoder, const std::vector<int>& gpus) {
  if (gpus.empty()) return model::Reader(decoder);
  return model::Reader(model::gpu_backend()->streaming(decoder, gpus[0], std::nullopt, nullptr));
}

struct Measured {
  double seconds = 0, bits = 0;       // of all tokens
  std::int64_t state = 0, peak = 0;   // bytes: of what the stream keeps; of the process's memory so far
};

// One causal sequence of random tokens: what it costs does not depend on what is read.
Measured measure(const model::Decoder& decoder, const std::vector<int>& gpus, std::int64_t length, core::Job& job) {
  model::Reader reader = make_reader(decoder, gpus);
  const std::int64_t chunk = gpus.empty() ? 4096 : 1 << 18;
  std::vector<std::int32_t> tokens;
  std::vector<float> bits(static_cast<std::size_t>(chunk));
  std::uint64_t random = 1;
  Measured measured;
  job.begin("reading", "tokens", length);
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t at = 0; at < length; at += chunk) {
    job.poll();
    tokens.resize(std::size_t(std::min(chunk, length - at)));
    for (auto& token : tokens) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      token = std::int32_t((random >> 33) % std::uint64_t(decoder.config().vocab_size));
    }
    reader.append(tokens, bits.data());
    for (std::size_t i = 0; i < tokens.size(); ++i) measured.bits += bits[i];
    job.advance(std::int64_t(tokens.size()));
  }
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  measured.state = reader.state_bytes();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  measured.peak = std::int64_t(used.ru_maxrss) * 1024;
  return measured;
}

void bench(const Options& options) {
  const std::filesystem::path folder = options.model.empty() ? explore::resource("models/pocket") : options.model;
  const model::Decoder own = model::Decoder::load(folder);
  const std::vector<int> gpus = explore::chosen_gpus(options.device);
  const std::string device = gpus.empty() ? "CPU" : fmt::format("GPU {}", gpus[0]);
  auto rows = nlohmann::ordered_json::array();
  if (!options.json)
    print(fmt::format("{} on {}\n{:>14} {:>10} {:>12} {:>12} {:>12}", printable(folder.filename().string()), device,
                      "tokens", "seconds", "tokens/s", "state", "peak memory"));
  for (const std::int64_t length : options.lengths) {
    model::Decoder decoder = own;
    decoder.set_pattern(pattern::extended(own.config().attention, length));
    TerminalJob work(options.quiet);
    const Measured measured = measure(decoder, gpus, length, work.job());
    rows.push_back({{"tokens", length},
                    {"levels", decoder.config().attention.levels.size()},
                    {"seconds", measured.seconds},
                    {"tokens_per_second", double(length) / measured.seconds},
                    {"bits_per_token", measured.bits / double(length)},
                    {"state_bytes", measured.state},
                    {"peak_memory", measured.peak}});
    if (!options.json)
      print(fmt::format("{:>14} {:>10.2f} {:>12.0f} {:>12} {:>12}", count_text(length), measured.seconds,
                        double(length) / measured.seconds, bytes_text(double(measured.state)),
                        bytes_text(double(measured.peak))));
  }
  if (options.json) print_json({{"model", folder.string()}, {"device", device}, {"rows", rows}});
}

}  // namespace

void add_bench_read(CLI::App& bench_command) {
  auto* command = bench_command.add_subcommand("read", "How fast a model reads one sequence of random tokens, and in how much memory");
  const auto options = std::make_shared<Options>();
  command->add_option("--model", options->model, "A model folder; by default the one that comes along")->type_name("DIR");
  command->add_option("--tokens", options->lengths, "Lengths of the sequence; levels are added until one covers it")
      ->delimiter(',')->check(CLI::Range(std::int64_t(1), std::int64_t(1) << 40))->capture_default_str();
  command->add_option("--device", options->device, "auto, cpu, gpu, or one of \"corpuscope devices\"")
      ->type_name("DEVICE")->capture_default_str();
  add_quiet(*command, *options);
  add_json(*command, *options);
  command->callback([options] { bench(*options); });
}

}  // namespace corpuscope::app
