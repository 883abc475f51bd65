#include "model/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>

#include "core/error.h"
#include "model/head.h"
#include "model/layer.h"
#include "model/settings.h"

namespace corpuscope::model {

// The buffers of a whole sequence.
struct Workspace::Impl {
  std::vector<Activations> layers;
  BackwardScratch scratch;
  compute::Buffer output, statistics, normed, logits, dx, dnormed;
  std::vector<float> nats;
};

Workspace::Workspace() : impl_(std::make_unique<Impl>()) {}
Workspace::~Workspace() = default;

namespace {

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw core::Error(fmt::format("{} cannot be opened.", file.string()), "Choose a folder that holds a model.");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) throw core::Error(fmt::format("{} cannot be read.", file.string()), "Check the disk.");
  return text;
}

attention::Shape attention_shape(const Config& config, std::int64_t length) {
  return {length, config.heads, config.kv_heads, config.head_dim};
}

Rotary whole_rotary(const Config& config, std::int64_t length) {
  Rotary rotary(config);
  if (length > rotary.reach())
    throw core::Error(fmt::format("Xpos numbers of {} positions at once leave the range of float32.", length),
                      fmt::format("Use at most {} tokens at once, or read them as a stream.", rotary.reach()));
  rotary.prepare(0, length, length / 2);
  return rotary;
}

// Runs all layers; the result lies in work.output. With `keep` every layer has activations of its own.
void run_layers(const Config& config, const Tensors& weights, std::span<const std::int32_t> tokens,
                const Rotary& rotary, bool keep, Workspace::Impl& work) {
  const std::int64_t rows = std::int64_t(tokens.size()), width = config.hidden_size;
  const Head head(config, weights);
  head.check_tokens(tokens);
  if (work.layers.size() < std::size_t(keep ? config.layers : 1))
    work.layers.resize(std::size_t(keep ? config.layers : 1));
  head.embed(tokens, work.layers[0].input.reserve(rows * width));
  const attention::Settings settings = attention_settings(config);
  const attention::Shape shape = attention_shape(config, rows);
  const Attend attend = [&](const float* q, const float* k, const float* v, float* out, float* lse) {
    attention::forward(settings, shape, q, k, v, out, lse);
  };
  for (int i = 0; i < config.layers; ++i) {
    Activations& a = work.layers[keep ? std::size_t(i) : 0];
    const bool last = i + 1 == config.layers;
    compute::Buffer& output = last ? work.output : keep ? work.layers[std::size_t(i + 1)].input : a.input;
    Layer(config, weights, i).forward(rows, rotary, attend, a, output.reserve(rows * width));
  }
}

}  // namespace

Decoder::Decoder(Config config, Tensors weights) : config_(std::move(config)), weights_(std::move(weights)) {
  model::check(config_);
  model::check(config_, weights_);
}

Decoder Decoder::load(const std::filesystem::path& folder) {
  return {parse_config(read_text(folder / "config.json")), read_safetensors(folder / "model.safetensors")};
}

std::vector<float> Decoder::logits(std::span<const std::int32_t> tokens) const {
  const std::int64_t rows = std::int64_t(tokens.size()), width = config_.hidden_size;
  if (rows == 0) return {};
  Workspace workspace;
  Workspace::Impl& work = *workspace.impl_;
  run_layers(config_, weights_, tokens, whole_rotary(config_, rows), false, work);
  const Head head(config_, weights_);
  float* normed = work.normed.reserve(rows * width);
  head.norm(rows, work.output.data(), normed, work.statistics.reserve(2 * rows));
  std::vector<float> logits(std::size_t(rows * config_.vocab_size));
  head.logits(rows, normed, logits.data());
  return logits;
}

double Decoder::loss(std::span<const std::int32_t> tokens, Tensors* gradients, Workspace* workspace) const {
  if (tokens.size() < 2) throw core::Error("A loss needs at least two tokens.", "Use a longer text.");
  if (gradients) model::check(config_, *gradients);
  Workspace own;
  Workspace::Impl& work = workspace ? *workspace->impl_ : *own.impl_;
  const std::int64_t rows = std::int64_t(tokens.size()), width = config_.hidden_size;
  const Rotary rotary = whole_rotary(config_, rows);
  run_layers(config_, weights_, tokens, rotary, gradients != nullptr, work);

  const Head head(config_, weights_);
  float* normed = work.normed.reserve(rows * width);
  head.norm(rows, work.output.data(), normed, work.statistics.reserve(2 * rows));
  const auto targets = tokens.subspan(1);
  work.nats.resize(targets.size());
  if (!gradients) {
    head.cross_entropy(targets, normed, work.logits, work.nats.data());
  } else {
    float *dnormed = work.dnormed.reserve(rows * width), *dx = work.dx.reserve(rows * width);
    std::fill_n(dnormed + (rows - 1) * width, width, 0.0f);  // nothing is predicted from the last row
    head.cross_entropy_backward(targets, normed, 1.0f / float(targets.size()), work.logits, work.nats.data(), dnormed,
                                *gradients);
    head.norm_backward(rows, work.output.data(), work.statistics.data(), dnormed, dx, *gradients);
    const attention::Settings settings = attention_settings(config_);
    const AttendBackward attend = [&](const Activations& a, const float* dout, float* dq, float* dk, float* dv) {
      attention::backward(settings, attention_shape(config_, rows), a.q.data(), a.k.data(), a.v.data(),
                          a.attended.data(), a.lse.data(), dout, dq, dk, dv);
    };
    for (int i = config_.layers - 1; i >= 0; --i)
      Layer(config_, weights_, i)
          .backward(rows, rotary, attend, work.layers[std::size_t(i)], work.scratch,
                    layer_parts(config_, *gradients, i), dx);
    head.embed_backward(tokens, dx, *gradients);
  }
  return std::accumulate(work.nats.begin(), work.nats.end(), 0.0) / double(targets.size());
}

Tensors Decoder::zero_gradients() const {
  Tensors gradients;
  for (const auto& [name, weight] : weights_)
    gradients[name] = {weight.shape, std::vector<float>(weight.data.size(), 0.0f)};
  return gradients;
}

void Decoder::set_pattern(pattern::Pattern pattern) {
  Config changed = config_;
  changed.attention = std::move(pattern);
  model::check(changed);
  config_ = std::move(changed);
}

std::vector<float> Decoder::surprisal(std::span<const std::int32_t> tokens) const {
  std::vector<float> bits(tokens.size());
  Reader(*this).append(tokens, bits.data());
  return bits;
}

}  // namespace corpuscope::model
