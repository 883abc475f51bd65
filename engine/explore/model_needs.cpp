#include "explore/model_needs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <vector>

#include "compute/precision.h"
#include "compute/weight.h"
#include "core/error.h"
#include "core/parallel.h"
#include "explore/read_setup.h"

namespace corpuscope::explore {
namespace {

using Clock = std::chrono::steady_clock;

// A matrix of the form, filled with numbers that are as slow as any.
struct Sample {
  Sample(std::int64_t out, std::int64_t in, model::WeightForm form) {
    const std::size_t count = std::size_t(out * in);
    switch (form) {
      case model::WeightForm::float32: f32.assign(count, 0.01f), weight.f32 = f32.data(); break;
      case model::WeightForm::bf16: bf16.assign(count, compute::to_bf16(0.01f)), weight.bf16 = bf16.data(); break;
      case model::WeightForm::int8:
        int8.assign(count, 1), f32.assign(std::size_t(out), 0.01f);
        weight.int8 = int8.data(), weight.scales = f32.data();
    }
  }
  std::vector<float> f32;
  std::vector<compute::Bf16> bf16;
  std::vector<std::int8_t> int8;
  compute::Weight weight;
};

// Operations a second of products of a chunk of rows: the best of some.
double product_speed(model::WeightForm form) {
  constexpr std::int64_t rows = 512, in = 1024, out = 1024;
  const Sample sample(out, in, form);
  const std::vector<float> x(std::size_t(rows * in), 0.5f);
  std::vector<float> y(std::size_t(rows * out));
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = Clock::now();
    compute::linear(rows, in, out, x.data(), sample.weight, nullptr, y.data());
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return 2.0 * rows * in * out / std::max(best, 1e-9);
}

double known_product_speed(model::WeightForm form) {
  static std::mutex mutex;
  static std::map<std::pair<model::WeightForm, int>, double> known;
  const std::lock_guard lock(mutex);
  double& speed = known[{form, core::threads()}];
  if (speed == 0) speed = product_speed(form);
  return speed;
}

std::string megabytes(std::int64_t bytes) {
  return bytes < 10'000'000'000 ? fmt::format("{:.0f} MB", double(bytes) / 1e6) : fmt::format("{:.1f} GB", double(bytes) / 1e9);
}

}  // namespace

MemoryNeed memory_needed(const model::Config& own, const std::filesystem::path& folder, std::int64_t tokens) {
  const model::Config config = for_length(own, tokens);
  const InspectionSettings inspection = inspection_settings(config, workspace::Detail::balanced, tokens);
  MemoryNeed need;
  std::error_code ignored;
  if (const auto size = std::filesystem::file_size(folder / "model.safetensors", ignored); !ignored)
    need.weights = std::int64_t(size);
  // Every level's segment just before it closes.
  std::int64_t kept = 0;
  for (const pattern::Level& level : config.attention.levels)
    kept += (std::min(level.segment, tokens) + level.dilation - 1) / level.dilation;
  need.state = kept * config.layers * config.heads * config.head_dim * 2 * std::int64_t(sizeof(float));
  const std::int64_t rows = read_steps(config, inspection).chunk;
  const std::int64_t q = std::int64_t(config.heads) * config.head_dim, kv = std::int64_t(config.kv_heads) * config.head_dim;
  const std::int64_t logits = 16 << 20, panels = std::int64_t(core::threads()) << 24;
  need.working = 4 * rows * (5 * std::int64_t(config.hidden_size) + 3 * q + 2 * kv + 3 * std::int64_t(config.ffn_size)) + logits + panels;
  return need;
}

double estimated_speed(const model::Config& own, model::WeightForm form, std::int64_t tokens) {
  // Attention, and looking into it, run at about a third of the products' speed: measured with `pocket`.
  const double all = reading_operations(for_length(own, tokens), tokens) / double(tokens);
  const double products = 2.0 * double(model::parameter_count(own));
  return known_product_speed(form) / (products + 3 * (all - products));
}

void require_memory(const std::string& model, const MemoryNeed& need, std::int64_t tokens, std::int64_t available) {
  if (available < 0 || need.total() <= available) return;
  throw core::Error(
      fmt::format("The model {} needs about {} of memory to read {} tokens ({} of weights, {} of what it remembers, {} "
                  "to work in), and {} are free.",
                  model, megabytes(need.total()), tokens, megabytes(need.weights), megabytes(need.state),
                  megabytes(need.working), megabytes(available)),
      "Close other programs, import the model again with \"--weights int8\" or a shorter \"--segment\", or choose a "
      "smaller one.");
}

}  // namespace corpuscope::explore
