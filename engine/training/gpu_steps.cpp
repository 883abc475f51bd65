// Each rank has a GPU: the windows of a step go round groups of them, the gradients are summed among the GPUs, and each
// moves its own copy of the weights the same way.

#include "core/error.h"
#include "model/gpu.h"
#include "parallel/mpi.h"
#include "training/steps.h"

namespace corpuscope::training {

namespace {

class GpuSteps : public Steps {
 public:
  GpuSteps(parallel::Collective& ranks, const model::Config& config, const Settings& settings,
           std::vector<Texts> texts, const std::filesystem::path& folder)
      : settings_(settings),
        gpu_(settings.gpus[std::size_t(parallel::place_on_this_machine(ranks)) % settings.gpus.size()]),
        grid_(ranks, settings),
        batches_(std::move(texts), settings.length, settings.seed),
        decoder_(start(config, ranks, folder)) {}

  std::int64_t taken() const override { return step_; }

  Step take(core::Job& job) override {
    Step step;
    step.step = step_ + 1;
    for (std::int64_t i = grid_.group(); i < settings_.batch; i += grid_.groups()) {
      job.poll();
      learner_->add(batches_.window(step_ * settings_.batch + i));
    }
    step.rate = learning_rate(settings_.schedule, step.step);
    const model::LearnerStep taken = learner_->step({.rate = step.rate,
                                                     .beta2 = settings_.beta2,
                                                     .weight_decay = settings_.weight_decay,
                                                     .clip = settings_.clip,
                                                     .batch = settings_.batch,
                                                     .step = step.step});
    step.loss = taken.loss;
    step.gradient_norm = taken.gradient_norm;
    check_finite(step);
    step_ = step.step;
    return step;
  }

  const model::Decoder& decoder() override {
    decoder_.weights() = learner_->weights();
    return decoder_;
  }

  void save(const std::filesystem::path& file) override {
    training::save(file, {step_, {}, learner_->first_moments(), learner_->second_moments()}, decoder().weights());
  }

  model::Reader reader(const model::Decoder& decoder) const override {
    return model::Reader(model::gpu_backend()->streaming(decoder, gpu_, std::nullopt, nullptr));
  }

 private:
  model::Decoder start(const model::Config& config, parallel::Collective& ranks, const std::filesystem::path& folder) {
    if (settings_.optimizer != Optimizer::adamw)
      throw core::Error("A GPU trains with AdamW alone.", "Leave --optimizer out, or choose --device cpu.");
    if (!model::gpu_backend())
      throw core::Error("This program was built without a GPU's part.", "Choose --device cpu.");
    Progress progress = begin_or_go_on(config, settings_, grid_, folder);
    learner_ = model::gpu_backend()->learner(config, progress.weights, gpu_, settings_.length,
                                             {&ranks, &grid_.window()});
    learner_->set_moments(progress.first_moments, progress.second_moments);
    step_ = progress.step;
    return {config, std::move(progress.weights)};
  }

  const Settings& settings_;
  const int gpu_;
  Grid grid_;
  Batches batches_;
  std::unique_ptr<model::Learner> learner_;
  std::int64_t step_ = 0;
  model::Decoder decoder_;  // of the weights as they last were asked for
};

}  // namespace

std::unique_ptr<Steps> steps_on_gpu(parallel::Collective& ranks, const model::Config& config, const Settings& settings,
                                    std::vector<Texts> texts, const std::filesystem::path& folder) {
  return std::make_unique<GpuSteps>(ranks, config, settings, std::move(texts), folder);
}

}  // namespace corpuscope::training
