// bench attention: dilated attention beside dense attention and beside the processor's own ceiling, in one run.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <random>

#include "app/commands.h"
#include "app/terminal.h"
#include "attention/attention.h"
#include "attention/kernel.h"
#include "compute/matmul.h"
#include "compute/precision.h"
#include "core/error.h"
#include "core/parallel.h"

namespace corpuscope::app {
namespace {

using attention::Bf16;
using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::int64_t> lengths = {32768};
  int heads = 12, kv_heads = 0, head_dim = 64;
  std::vector<std::string> levels = {"2048:1", "4096:2", "8192:4", "16384:6", "32768:12"};
  bool extend = false, full = false, no_dense = false, forward_only = false, json = false;
  std::int64_t dense_length = 8192;
  std::string precision = "both", kernel;
  int threads = 0, repeats = 3;
};

// "segment:dilation"
pattern::Level level_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  std::size_t end = 0, more = 0;
  pattern::Level level;
  try {
    level.segment = std::stoll(text, &end);
    if (colon != std::string::npos) level.dilation = std::stoll(text.substr(colon + 1), &more);
  } catch (const std::exception&) {
    end = 0;
  }
  const bool whole = colon == std::string::npos ? end == text.size() : end == colon && colon + 1 + more == text.size();
  if (!whole || end == 0 || level.segment < 1 || level.dilation < 1)
    throw CLI::ValidationError("--levels", "\"" + text + "\" is no level such as 2048:1 (segment:dilation)");
  return level;
}

struct Time {
  double wall = 0, processor = 0;  // seconds; the processor's of all threads together
};

Time now() {
  std::timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return {std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(),
          double(used.tv_sec) + 1e-9 * double(used.tv_nsec)};
}

double median(std::vector<double> x) {
  std::nth_element(x.begin(), x.begin() + std::ptrdiff_t(x.size() / 2), x.end());
  return x[x.size() / 2];
}

// One line of the table: something that is run once in every round.
struct Measure {
  std::string name, precision, kernel;
  std::int64_t length = 0;  // 0: a matrix product
  double flops = 0;
  std::function<void()> run;
  std::vector<double> wall = {}, processor = {};

  void once() {
    const Time before = now();
    run();
    const Time after = now();
    wall.push_back(after.wall - before.wall);
    processor.push_back(after.processor - before.processor);
  }
  double rate() const { return flops / median(wall); }
  double processor_rate() const { return flops / median(processor); }
};

std::vector<Bf16> as_bf16(const std::vector<float>& x) {
  std::vector<Bf16> y(x.size());
  std::transform(x.begin(), x.end(), y.begin(), compute::to_bf16);
  return y;
}

// Inputs and outputs of one length; shared by all measures of it.
struct Arrays {
  attention::Shape shape;
  std::vector<float> q, k, v, out, lse, dout, dq, dk, dv;
  std::vector<Bf16> q_bf16, k_bf16, v_bf16;

  static double bytes(const attention::Shape& s, bool backward) {
    const double of_query = double(s.heads) * s.head_dim, of_key = double(s.kv_heads) * s.head_dim;
    return double(s.length) * ((2 * of_query + 2 * of_key) * 4 + (of_query + 2 * of_key) * 2 + s.heads * 4 +
                               (backward ? (2 * of_query + 2 * of_key) * 4 + s.heads * 4 : 0));
  }

  Arrays(const attention::Shape& shape, bool backward) : shape(shape) {
    const auto queries = std::size_t(shape.length * shape.heads * shape.head_dim);
    const auto keys = std::size_t(shape.length * shape.kv_heads * shape.head_dim);
    for (auto* x : {&q, &out}) x->resize(queries);
    for (auto* x : {&k, &v}) x->resize(keys);
    lse.resize(std::size_t(shape.length * shape.heads));
    if (backward) {
      for (auto* x : {&dout, &dq}) x->resize(queries);
      for (auto* x : {&dk, &dv}) x->resize(keys);
    }
    std::minstd_rand random(1);
    std::uniform_real_distribution<float> draw(-1.7f, 1.7f);  // of variance 1
    for (auto* x : {&q, &k, &v, &dout})
      for (float& value : *x) value = draw(random);
    q_bf16 = as_bf16(q);
    k_bf16 = as_bf16(k);
    v_bf16 = as_bf16(v);
  }
};

void check_memory(const attention::Shape& shape, bool backward) {
  const double needed = Arrays::bytes(shape, backward);
  const double free = double(sysconf(_SC_AVPHYS_PAGES)) * double(sysconf(_SC_PAGESIZE));
  if (needed > free)
    throw core::Error(fmt::format("The arrays take {}, and {} of memory are free.", bytes_text(needed), bytes_text(free)),
                      "Choose a smaller --length, fewer --heads or --forward-only.");
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options) {
    for (const std::string& text : options.levels) pattern_.levels.push_back(level_of(text));
    pattern_.causal = !options.full;
    pattern::check(pattern_, options.heads);
  }

  void run() {
    add_products();
    for (const std::int64_t length : options_.lengths) add_attention(length, false);
    if (!options_.no_dense) add_attention(std::min(options_.dense_length, options_.lengths.front()), true);
    for (int round = 0; round < options_.repeats; ++round)
      for (Measure& measure : measures_) measure.once();
  }

  Json json() const {
    Json rows = Json::array();
    for (const Measure& m : measures_)
      rows.push_back({{"name", m.name}, {"precision", m.precision}, {"kernel", m.kernel}, {"length", m.length},
                      {"flops", m.flops}, {"seconds", median(m.wall)}, {"processor_seconds", median(m.processor)},
                      {"flops_per_second", m.rate()}, {"floor_seconds", m.flops / measures_.front().rate()},
                      {"share_of_floor", share(m)}, {"share_of_floor_by_processor_time", processor_share(m)},
                      {"tokens_per_second", tokens_per_second(m)}});
    Json levels = Json::array();
    for (const auto& [segment, dilation] : pattern_.levels)
      levels.push_back({{"segment", segment}, {"dilation", dilation}});
    return {{"heads", options_.heads}, {"kv_heads", kv_heads()}, {"head_dim", options_.head_dim},
            {"causal", pattern_.causal}, {"levels", levels}, {"extended", options_.extend},
            {"threads", core::threads()}, {"repeats", options_.repeats}, {"rows", rows}};
  }

  void print_table() const {
    print(fmt::format("{} heads of {} ({} of keys and values), {}, {}, median of {}", options_.heads,
                      options_.head_dim, kv_heads(), pattern_.causal ? "causal" : "not causal", counted(core::threads(), "thread"),
                      options_.repeats));
    print("Only visible query-key pairs count: 4 D FLOPs each forward, 10 D backward. The floor is the time that the\n"
          "float32 matrix product's rate would need; the last column is the share by processor time, which other\n"
          "programs at work disturb less.\n");
    print(fmt::format("{:<18} {:<8} {:<12} {:>9} {:>9} {:>9} {:>9} {:>7} {:>7} {:>10}", "", "", "kernel", "length",
                      "GFLOP/s", "seconds", "floor", "share", "by cpu", "tokens/s"));
    for (const Measure& m : measures_)
      print(fmt::format("{:<18} {:<8} {:<12} {:>9} {:>9.1f} {:>9.4f} {:>9.4f} {:>6.1f}% {:>6.1f}% {:>10}", m.name,
                        m.precision, m.kernel, m.length ? std::to_string(m.length) : "", m.rate() * 1e-9,
                        median(m.wall), m.flops / measures_.front().rate(), 100 * share(m), 100 * processor_share(m),
                        m.length ? fmt::format("{:.0f}", tokens_per_second(m)) : ""));
  }

 private:
  int kv_heads() const { return options_.kv_heads > 0 ? options_.kv_heads : options_.heads; }
  double share(const Measure& m) const { return m.rate() / measures_.front().rate(); }
  double processor_share(const Measure& m) const { return m.processor_rate() / measures_.front().processor_rate(); }
  static double tokens_per_second(const Measure& m) { return double(m.length) / median(m.wall); }

  void add_products() {
    constexpr std::int64_t m = 2048, n = 2048, k = 512, times = 8;
    struct Matrices {
      std::vector<float> a = std::vector<float>(m * k, 1.f), b = std::vector<float>(k * n, 1.f),
                         c = std::vector<float>(m * n);
    };
    const auto x = std::make_shared<Matrices>();
    for (const auto precision : {compute::Precision::float32, compute::Precision::bf16})
      measures_.push_back({"matrix product", precision == compute::Precision::bf16 ? "bf16" : "float32", "oneDNN", 0,
                           2. * m * n * k * times, [x, precision] {
                             const compute::WithPrecision chosen(precision);
                             for (int i = 0; i < times; ++i)
                               compute::matmul(compute::Op::plain, compute::Op::plain, m, n, k, x->a.data(),
                                               x->b.data(), 0, x->c.data());
                           }});
  }

  // Dense attention is one level with one segment.
  void add_attention(std::int64_t length, bool dense) {
    const bool backward = !options_.forward_only;
    const attention::Shape shape{length, options_.heads, kv_heads(), options_.head_dim};
    check_memory(shape, backward);
    attention::Settings settings{pattern_, 1 / std::sqrt(float(options_.head_dim)), {}};
    if (options_.extend) settings.pattern = pattern::extended(pattern_, length);
    if (dense) settings.pattern.levels = {{length, 1}};
    const double pair = options_.head_dim * double(pattern::visible_pairs(settings.pattern, shape.heads, length));
    const auto x = std::make_shared<Arrays>(shape, backward);
    const std::string name = dense ? "dense " : "dilated ", kernel = attention::kernel().name;
    const auto add = [&](const char* pass, bool bf16, double flops, std::function<void()> run) {
      if (options_.precision == (bf16 ? "float32" : "bf16")) return;
      measures_.push_back({name + pass, bf16 ? "bf16" : "float32", kernel, length, flops, std::move(run)});
    };
    add("forward", false, 4 * pair, [x, settings] {
      attention::forward(settings, x->shape, x->q.data(), x->k.data(), x->v.data(), x->out.data(), x->lse.data());
    });
    if (backward)
      add("backward", false, 10 * pair, [x, settings] {
        attention::backward(settings, x->shape, x->q.data(), x->k.data(), x->v.data(), x->out.data(), x->lse.data(),
                            x->dout.data(), x->dq.data(), x->dk.data(), x->dv.data());
      });
    add("forward", true, 4 * pair, [x, settings] {
      attention::forward(settings, x->shape, x->q_bf16.data(), x->k_bf16.data(), x->v_bf16.data(), x->out.data(),
                         x->lse.data());
    });
    if (backward)
      add("backward", true, 10 * pair, [x, settings] {
        attention::backward(settings, x->shape, x->q_bf16.data(), x->k_bf16.data(), x->v_bf16.data(), x->out.data(),
                            x->lse.data(), x->dout.data(), x->dq.data(), x->dk.data(), x->dv.data());
      });
  }

  const Options& options_;
  pattern::Pattern pattern_;
  std::vector<Measure> measures_;
};

void bench_attention(const Options& options) {
  core::set_threads(options.threads);
  attention::force_kernel(options.kernel);
  Bench bench(options);
  bench.run();
  if (options.json)
    print_json(bench.json());
  else
    bench.print_table();
}

void check_heads(const Options& options) {
  if (options.kv_heads > 0 && options.heads % options.kv_heads != 0)
    throw CLI::ValidationError("--kv-heads", "does not divide the number of heads");
}

}  // namespace

void add_bench(CLI::App& app) {
  CLI::App* parent = app.add_subcommand("bench", "Measure the engine on this machine");
  parent->require_subcommand(1);
  add_bench_read(*parent);
  CLI::App* command = parent->add_subcommand(
      "attention", "Dilated attention beside dense attention and the matrix product's rate, all in one run");
  const auto options = std::make_shared<Options>();
  const auto positive = CLI::Range(std::int64_t(1), std::int64_t(1) << 40);
  command->add_option("--length", options->lengths, "tokens; several lengths make a sweep")
      ->check(positive)->delimiter(',')->capture_default_str();
  command->add_option("--heads", options->heads, "heads")->check(CLI::Range(1, 1024))->capture_default_str();
  command->add_option("--kv-heads", options->kv_heads, "heads of keys and values (default: as many as heads)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--head-dim", options->head_dim, "dimensions of a head")
      ->check(CLI::Range(1, 1024))->capture_default_str();
  command->add_option("--levels", options->levels, "segment:dilation of each level")
      ->delimiter(',')->capture_default_str()->type_name("W:R,...");
  command->add_flag("--extend", options->extend, "go on with the last ratio until a segment covers the length");
  command->add_flag("--not-causal", options->full, "every position sees its whole segment");
  command->add_option("--precision", options->precision, "of queries, keys and values")
      ->check(CLI::IsMember({"float32", "bf16", "both"}))->capture_default_str();
  command->add_option("--kernel", options->kernel, "instead of the fastest one")
      ->check(CLI::IsMember(attention::kernel_names()));
  command->add_option("--threads", options->threads, "0: all processors")->check(CLI::Range(0, 4096));
  command->add_option("--repeats", options->repeats, "rounds; the medians are shown")->check(CLI::Range(1, 1000));
  command->add_option("--dense-length", options->dense_length, "at most so many tokens for dense attention")
      ->check(positive)->capture_default_str();
  command->add_flag("--no-dense", options->no_dense, "leave dense attention out");
  command->add_flag("--forward-only", options->forward_only, "leave the backward pass out");
  command->add_flag("--json", options->json, "print the result as JSON");
  command->callback([options] {
    check_heads(*options);
    bench_attention(*options);
  });
}

}  // namespace corpuscope::app
