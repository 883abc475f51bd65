// The loop around a GPU's steps, with the processor's decoder behind the same interface: the same losses and files as
// where the processor takes the steps itself. The GPU's own numbers are tested in tests/gpu/model.cpp.

#include <gtest/gtest.h>

#include <cmath>

#include "compute/adamw.h"
#include "core/error.h"
#include "model/gpu.h"
#include "processor_streaming.h"
#include "support.h"
#include "training/tiny.h"

namespace corpuscope::training {
namespace {

using test::counting;
using test::tiny;

class ProcessorLearner : public model::Learner {
 public:
  ProcessorLearner(const model::Config& config, const model::Tensors& weights, model::LearnerRanks ranks)
      : ranks_(ranks), decoder_(config, weights), gradients_(decoder_.zero_gradients()), first_(gradients_), second_(gradients_) {}

  std::vector<float> logits(std::span<const std::int32_t> tokens) override { return decoder_.logits(tokens); }
  void add(std::span<const std::int32_t> tokens) override { loss_ += decoder_.loss(*ranks_.window, tokens, &gradients_); }

  model::LearnerStep step(const model::StepSettings& settings) override {
    double squares = 0;
    std::vector<float> loss{float(loss_)};
    ranks_.all->all_reduce(loss);
    for (auto& [name, tensor] : gradients_) {
      ranks_.all->all_reduce(tensor.data);
      squares += compute::sum_of_squares(std::int64_t(tensor.data.size()), tensor.data.data());
    }
    const double norm = std::sqrt(squares) / double(settings.batch), clip = std::min(1.0, settings.clip / norm);
    for (auto& [name, tensor] : decoder_.weights()) {
      const compute::AdamW adamw{.learning_rate = settings.rate, .beta2 = settings.beta2,
                                 .weight_decay = tensor.shape.size() > 1 ? settings.weight_decay : 0};
      compute::adamw_step(adamw, settings.step, float(clip / double(settings.batch)), std::int64_t(tensor.data.size()),
                          gradients_.at(name).data.data(), tensor.data.data(), first_.at(name).data.data(),
                          second_.at(name).data.data());
    }
    gradients_ = decoder_.zero_gradients();
    loss_ = 0;
    return {double(loss[0]) / double(settings.batch), norm};
  }

  model::Tensors weights() override { return decoder_.weights(); }
  model::Tensors gradients() override { return gradients_; }
  model::Tensors first_moments() override { return first_; }
  model::Tensors second_moments() override { return second_; }
  void set_moments(const model::Tensors& first, const model::Tensors& second) override {
    first_ = first;
    second_ = second;
  }

 private:
  model::LearnerRanks ranks_;
  model::Decoder decoder_;
  model::Tensors gradients_, first_, second_;
  double loss_ = 0;
};

class ProcessorBackend : public model::GpuBackend {
 public:
  std::unique_ptr<model::Streaming> streaming(const model::Decoder& decoder, int,
                                              const std::optional<model::SumsWanted>&,
                                              parallel::Collective* ranks) override {
    return std::make_unique<corpuscope::test::ProcessorStreaming>(decoder, ranks);
  }
  std::unique_ptr<model::Learner> learner(const model::Config& config, const model::Tensors& weights, int gpu,
                                          std::int64_t, const model::LearnerRanks& ranks) override {
    EXPECT_EQ(gpu, 3 + ranks.all->rank());
    return std::make_unique<ProcessorLearner>(config, weights, ranks);
  }
};

class GpuSteps : public testing::Test {
 protected:
  void SetUp() override { model::use_gpu_backend(&backend_); }
  void TearDown() override { model::use_gpu_backend(nullptr); }

  std::vector<Step> run(const std::string& name, std::vector<int> gpus, int ranks, std::int64_t cancel_at = 0,
                        Optimizer optimizer = Optimizer::adamw) {
    std::vector<Step> steps;
    core::Job job;
    try {
      parallel::run_on_threads(ranks, [&](parallel::Collective& self) {
        Settings settings = test::settings(20);
        settings.gpus = gpus;
        settings.optimizer = optimizer;
        const auto report = [&, first = self.rank() == 0](const Step& step) {
          if (!first) return;
          steps.push_back(step);
          if (step.step == cancel_at) job.cancel();
        };
        train(self, tiny(), settings, {counting(2000)}, {counting(200)}, folder_ / name, report, job);
      });
    } catch (const core::Cancelled&) {
    }
    return steps;
  }

  ProcessorBackend backend_;
  const corpuscope::test::TemporaryFolder folder_;
};

void expect_alike(const std::vector<Step>& a, const std::vector<Step>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i].loss, b[i].loss, tolerance);
    EXPECT_NEAR(a[i].gradient_norm, b[i].gradient_norm, tolerance);
    ASSERT_EQ(a[i].held_out.size(), b[i].held_out.size());
    for (std::size_t j = 0; j < a[i].held_out.size(); ++j) EXPECT_NEAR(a[i].held_out[j], b[i].held_out[j], tolerance);
  }
}

TEST_F(GpuSteps, AreThoseOfTheProcessor) {
  expect_alike(run("gpu", {3}, 1), run("processor", {}, 1), 1e-6);
  const auto on_gpu = model::read_safetensors(folder_ / "gpu/model.safetensors");
  for (const auto& [name, tensor] : model::read_safetensors(folder_ / "processor/model.safetensors"))
    for (std::size_t i = 0; i < tensor.data.size(); ++i) ASSERT_NEAR(on_gpu.at(name).data[i], tensor.data[i], 1e-6) << name;
}

TEST_F(GpuSteps, SeveralGpusShareTheWindows) {
  expect_alike(run("two", {3, 4}, 2), run("processor", {}, 1), 1e-4);
  expect_alike(run("four", {3, 4, 5, 6}, 4), run("again", {}, 1), 1e-4);  // two for each window
}

TEST_F(GpuSteps, ResumedEqualsUndisturbed) {
  const auto whole = run("whole", {3}, 1);
  EXPECT_EQ(run("cut", {3}, 1, 7).size(), 7u);
  auto rest = run("cut", {3}, 1);
  ASSERT_EQ(rest.size(), 13u);
  for (std::size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i].loss, whole[7 + i].loss);
}

TEST_F(GpuSteps, WhatAGpuCannotDoIsAnError) {
  EXPECT_THROW(run("muon", {3}, 1, 0, Optimizer::muon), core::Error);
  model::use_gpu_backend(nullptr);
  EXPECT_THROW(run("none", {3}, 1), core::Error);
}

}  // namespace
}  // namespace corpuscope::training
