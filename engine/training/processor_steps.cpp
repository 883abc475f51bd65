#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compute/adamw.h"
#include "compute/muon.h"
#include "core/error.h"
#include "training/steps.h"

namespace corpuscope::training {

namespace {

Progress beginning(const model::Config& config, std::uint64_t seed) {
  Progress progress;
  progress.weights = model::initial_weights(config, seed);
  progress.first_moments = progress.weights;
  for (auto& [name, tensor] : progress.first_moments) std::fill(tensor.data.begin(), tensor.data.end(), 0.f);
  progress.second_moments = progress.first_moments;
  return progress;
}

// Embeddings and heads are lists of vectors, one a token.
bool lies_between_layers(const std::string& name, const model::Tensor& tensor) {
  return tensor.shape.size() == 2 && !name.starts_with("model.embed_tokens") && !name.starts_with("lm_head");
}

class ProcessorSteps : public Steps {
 public:
  ProcessorSteps(parallel::Collective& ranks, const model::Config& config, const Settings& settings,
                 std::vector<Texts> texts, const std::filesystem::path& folder)
      : settings_(settings),
        grid_(ranks, settings),
        batches_(std::move(texts), settings.length, settings.seed),
        progress_(begin_or_go_on(config, settings, grid_, folder)),
        decoder_(config, std::move(progress_.weights)),
        gradients_(decoder_.zero_gradients()) {}

  std::int64_t taken() const override { return progress_.step; }
  const model::Decoder& decoder() override { return decoder_; }
  model::Reader reader(const model::Decoder& decoder) const override { return model::Reader(decoder); }
  void save(const std::filesystem::path& file) override { training::save(file, progress_, decoder_.weights()); }

  Step take(core::Job& job) override {
    Step step;
    step.step = progress_.step + 1;
    for (auto& [name, tensor] : gradients_) std::fill(tensor.data.begin(), tensor.data.end(), 0.f);
    for (std::int64_t i = grid_.group(); i < settings_.batch; i += grid_.groups()) {
      job.poll();
      const auto window = batches_.window(progress_.step * settings_.batch + i);
      step.loss += decoder_.loss(grid_.window(), window, &gradients_, &workspace_);
    }
    grid_.sum(step.loss, gradients_);
    step.loss /= double(settings_.batch);
    double squares = 0;
    for (const auto& [name, tensor] : gradients_)
      squares += compute::sum_of_squares(std::int64_t(tensor.data.size()), tensor.data.data());
    step.gradient_norm = std::sqrt(squares) / double(settings_.batch);
    check_finite(step);
    const double clip = std::min(1., settings_.clip / std::max(step.gradient_norm, 1e-30));
    step.rate = learning_rate(settings_.schedule, step.step);
    progress_.step = step.step;
    update(step.rate, float(clip / double(settings_.batch)));
    return step;
  }

 private:
  void update(double rate, float scale) {
    for (auto& [name, tensor] : decoder_.weights()) {
      const float* gradient = gradients_.at(name).data.data();
      float* first_moment = progress_.first_moments.at(name).data.data();
      const double decay = tensor.shape.size() > 1 ? settings_.weight_decay : 0;
      if (settings_.optimizer == Optimizer::muon && lies_between_layers(name, tensor)) {
        const compute::Muon muon{.learning_rate = rate, .weight_decay = decay};
        compute::muon_step(muon, scale, tensor.shape[0], tensor.shape[1], gradient, tensor.data.data(), first_moment);
      } else {
        const compute::AdamW adamw{.learning_rate = rate, .beta2 = settings_.beta2, .weight_decay = decay};
        compute::adamw_step(adamw, progress_.step, scale, std::int64_t(tensor.data.size()), gradient,
                            tensor.data.data(), first_moment, progress_.second_moments.at(name).data.data());
      }
    }
  }

  const Settings& settings_;
  Grid grid_;
  Batches batches_;
  Progress progress_;  // its weights live in the decoder
  model::Decoder decoder_;
  model::Tensors gradients_;
  model::Workspace workspace_;
};

}  // namespace

Progress begin_or_go_on(const model::Config& config, const Settings& settings, Grid& grid,
                        const std::filesystem::path& folder) {
  Progress progress = beginning(config, settings.seed);
  if (grid.first())
    if (auto kept = load(folder / "checkpoint.safetensors", config)) progress = std::move(*kept);
  grid.share(progress);
  return progress;
}

void check_finite(const Step& step) {
  if (!std::isfinite(step.loss) || !std::isfinite(step.gradient_norm))
    throw core::Error(fmt::format("the training diverged at step {}", step.step),
                      "Go on from the last checkpoint with a lower rate.");
}

std::unique_ptr<Steps> steps_on_processor(parallel::Collective& ranks, const model::Config& config,
                                          const Settings& settings, std::vector<Texts> texts,
                                          const std::filesystem::path& folder) {
  return std::make_unique<ProcessorSteps>(ranks, config, settings, std::move(texts), folder);
}

}  // namespace corpuscope::training
