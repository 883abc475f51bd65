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
#include "model/stored_weights.h"
#include "parallel/sequence_attention.h"

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

// The rows of a sequence that lie on this rank, and how they attend to those of all ranks.
class Stretch {
 public:
  Stretch(const Config& config, parallel::Collective& ranks, std::int64_t length)
      : ranks_(ranks), settings_(attention_settings(config)),
        shape_{length, config.heads, config.kv_heads, config.head_dim},
        part_(parallel::part_of(length, ranks.rank(), ranks.size())), rotary_(config) {
    if (length > rotary_.reach())
      throw core::Error(fmt::format("Xpos numbers of {} positions at once leave the range of float32.", length),
                        fmt::format("Use at most {} tokens at once, or read them as a stream.", rotary_.reach()));
    rotary_.prepare(part_.begin, part_.count(), length / 2);
  }

  std::int64_t first() const { return part_.begin; }
  std::int64_t rows() const { return part_.count(); }
  const Rotary& rotary() const { return rotary_; }

  auto attend() const {
    return [this](const float* q, const float* k, const float* v, float* out, float* lse) {
      parallel::forward(ranks_, settings_, shape_, q, k, v, out, lse);
    };
  }

  auto attend_backward() const {
    return [this](const Activations& a, const float* dout, float* dq, float* dk, float* dv) {
      parallel::backward(ranks_, settings_, shape_, a.q.data(), a.k.data(), a.v.data(), a.attended.data(),
                         a.lse.data(), dout, dq, dk, dv);
    };
  }

 private:
  parallel::Collective& ranks_;
  attention::Settings settings_;
  attention::Shape shape_;
  parallel::Part part_;
  Rotary rotary_;
};

// Runs all layers; the result lies in work.output. With `keep` every layer has activations of its own.
void run_layers(const Config& config, WeightSource weights, std::span<const std::int32_t> tokens,
                const Stretch& stretch, bool keep, Workspace::Impl& work) {
  const std::int64_t rows = stretch.rows(), width = config.hidden_size;
  const Head head(config, weights);
  head.check_tokens(tokens);
  if (work.layers.size() < std::size_t(keep ? config.layers : 1))
    work.layers.resize(std::size_t(keep ? config.layers : 1));
  const auto attend = stretch.attend();
  if (rows == 0) {  // a sequence shorter than the ranks: nothing to compute, but the others' exchanges want all
    for (int i = 0; i < config.layers; ++i) attend(nullptr, nullptr, nullptr, nullptr, nullptr);
    return;
  }
  head.embed(tokens.subspan(std::size_t(stretch.first()), std::size_t(rows)),
             work.layers[0].input.reserve(rows * width));
  for (int i = 0; i < config.layers; ++i) {
    Activations& a = work.layers[keep ? std::size_t(i) : 0];
    const bool last = i + 1 == config.layers;
    compute::Buffer& output = last ? work.output : keep ? work.layers[std::size_t(i + 1)].input : a.input;
    Layer(config, weights, i).forward(rows, stretch.rotary(), attend, a, output.reserve(rows * width));
  }
}

// Gradients of all that lies behind the head, from that of the last layer's output in work.dx.
void run_layers_back(const Config& config, WeightSource weights, std::span<const std::int32_t> tokens,
                     const Stretch& stretch, Workspace::Impl& work, Tensors& gradients) {
  const auto attend = stretch.attend_backward();
  float* dx = work.dx.data();
  for (int i = config.layers - 1; i >= 0; --i) {
    if (stretch.rows() == 0)
      attend(Activations(), nullptr, nullptr, nullptr, nullptr);
    else
      Layer(config, weights, i)
          .backward(stretch.rows(), stretch.rotary(), attend, work.layers[std::size_t(i)], work.scratch,
                    layer_parts(config, gradients, i), dx);
  }
  const auto mine = tokens.subspan(std::size_t(stretch.first()), std::size_t(stretch.rows()));
  Head(config, weights).embed_backward(mine, dx, gradients);
}

}  // namespace

Decoder::Decoder(Config config, Tensors weights) : config_(std::move(config)), weights_(std::move(weights)) {
  model::check(config_);
  model::check(config_, weights_);
}

Decoder::Decoder(Config config, std::shared_ptr<const StoredWeights> stored)
    : config_(std::move(config)), stored_(std::move(stored)) {
  model::check(config_);
}

bool Decoder::is_of_others(const std::filesystem::path& folder) {
  const std::string text = read_text(folder / "config.json");
  return text.find("\"model_type\"") != std::string::npos && text.find("\"attention\"") == std::string::npos;
}

Config Decoder::load_config(const std::filesystem::path& folder) {
  if (is_of_others(folder))
    throw core::Error(fmt::format("{} holds a model in the form of Hugging Face.", folder.string()),
                      fmt::format("Import it first: corpuscope model import {}", folder.string()));
  return parse_config(read_text(folder / "config.json"));
}

WeightForm Decoder::check_weights(const std::filesystem::path& folder, const Config& config) {
  const StoredTensors tensors = list_safetensors(folder / "model.safetensors");
  check_stored(tensors, config);
  return form_of(tensors);
}

Decoder Decoder::load(const std::filesystem::path& folder) {
  Config config = load_config(folder);
  const std::filesystem::path file = folder / "model.safetensors";
  if (form_of(list_safetensors(file)) == WeightForm::float32) return {std::move(config), read_safetensors(file)};
  auto stored = std::make_shared<const StoredWeights>(file, config);
  return {std::move(config), std::move(stored)};
}

void Decoder::each_weight(core::FunctionRef<void(const std::string&, std::span<const std::byte>)> visit) const {
  if (stored_) return stored_->each(visit);
  for (const auto& [name, tensor] : weights_) visit(name, std::as_bytes(std::span(tensor.data)));
}

std::vector<float> Decoder::logits(std::span<const std::int32_t> tokens) const {
  const std::int64_t rows = std::int64_t(tokens.size()), width = config_.hidden_size;
  if (rows == 0) return {};
  Workspace workspace;
  Workspace::Impl& work = *workspace.impl_;
  const auto alone = parallel::alone();
  run_layers(config_, source(), tokens, Stretch(config_, *alone, rows), false, work);
  const Head head(config_, source());
  float* normed = work.normed.reserve(rows * width);
  head.norm(rows, work.output.data(), normed, work.statistics.reserve(2 * rows));
  std::vector<float> logits(std::size_t(rows * config_.vocab_size));
  head.logits(rows, normed, logits.data());
  return logits;
}

double Decoder::loss(std::span<const std::int32_t> tokens, Tensors* gradients, Workspace* workspace) const {
  return loss(*parallel::alone(), tokens, gradients, workspace);
}

double Decoder::loss(parallel::Collective& ranks, std::span<const std::int32_t> tokens, Tensors* gradients,
                     Workspace* workspace) const {
  if (tokens.size() < 2) throw core::Error("A loss needs at least two tokens.", "Use a longer text.");
  if (gradients && stored_)
    throw core::Error("The model's weights are kept in a short form, which cannot be trained further.",
                      "Import the model again with weights in float32.");
  if (gradients) model::check(config_, *gradients);
  Workspace own;
  Workspace::Impl& work = workspace ? *workspace->impl_ : *own.impl_;
  const Stretch stretch(config_, ranks, std::int64_t(tokens.size()));
  run_layers(config_, source(), tokens, stretch, gradients != nullptr, work);

  const std::int64_t rows = stretch.rows(), width = config_.hidden_size;
  const Head head(config_, source());
  float* normed = work.normed.reserve(rows * width);
  head.norm(rows, work.output.data(), normed, work.statistics.reserve(2 * rows));
  // Nothing is predicted from the last row of all.
  const auto predicted = tokens.subspan(1);
  const auto targets = predicted.subspan(std::min(predicted.size(), std::size_t(stretch.first())));
  const auto mine = targets.first(std::min(targets.size(), std::size_t(rows)));
  work.nats.resize(mine.size());
  if (!gradients) {
    head.cross_entropy(mine, normed, work.logits, work.nats.data());
  } else {
    float *dnormed = work.dnormed.reserve(rows * width), *dx = work.dx.reserve(rows * width);
    std::fill(dnormed + std::int64_t(mine.size()) * width, dnormed + rows * width, 0.0f);
    head.cross_entropy_backward(mine, normed, 1.0f / float(predicted.size()), work.logits, work.nats.data(), dnormed,
                                *gradients);
    head.norm_backward(rows, work.output.data(), work.statistics.data(), dnormed, dx, *gradients);
    run_layers_back(config_, source(), tokens, stretch, work, *gradients);
  }
  return std::accumulate(work.nats.begin(), work.nats.end(), 0.0) / double(predicted.size());
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
