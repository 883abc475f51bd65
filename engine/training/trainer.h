#pragma once
// The training loop of a decoder: AdamW, warm-up and cosine, clipping, held-out evaluation, checkpoints, resume.

#include <filesystem>
#include <functional>
#include <vector>

#include "core/job.h"
#include "model/config.h"
#include "training/batches.h"
#include "training/schedule.h"

namespace corpuscope::training {

struct Settings {
  std::int64_t length = 2048;  // tokens of a window
  std::int64_t batch = 4;      // windows of a step
  Schedule schedule;
  double weight_decay = 0.1;   // of matrices; vectors are not decayed
  double clip = 1;             // largest norm of the gradient
  std::uint64_t seed = 1;
  std::int64_t evaluate_every = 200, checkpoint_every = 100;  // steps
  std::int64_t evaluation_tokens = 65536;                     // of each held-out text, from its beginning
};

struct Step {
  std::int64_t step = 0;
  double loss = 0;  // nats a token, mean of the step's windows
  double rate = 0, gradient_norm = 0, tokens_per_second = 0;
  std::vector<double> held_out;  // bits per byte of each held-out text; empty where it was not evaluated
};

// Trains in `folder`: checkpoint.safetensors and log.csv are kept there, an unfinished training found there goes on
// with the same losses as an undisturbed one, and at the end (and at each checkpoint) config.json and
// model.safetensors are a model folder. `report` (may be empty) is called after each step.
void train(const model::Config& config, const Settings& settings, std::vector<Texts> texts,
           const std::vector<Texts>& held_out, const std::filesystem::path& folder,
           const std::function<void(const Step&)>& report, core::Job& job);

}  // namespace corpuscope::training
