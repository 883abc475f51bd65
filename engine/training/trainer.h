#pragma once
// The training loop of a decoder: AdamW or Muon, warm-up and cosine, clipping, held-out evaluation, checkpoints, resume.

#include <filesystem>
#include <functional>
#include <vector>

#include "core/job.h"
#include "model/config.h"
#include "parallel/collective.h"
#include "training/batches.h"
#include "training/schedule.h"

namespace corpuscope::training {

enum class Optimizer {
  adamw,
  muon,  // for the matrices between layers; all else takes AdamW
};

struct Settings {
  std::int64_t length = 2048;  // tokens of a window
  std::int64_t batch = 4;      // windows of a step
  Schedule schedule;
  double weight_decay = 0.1;   // of matrices; vectors are not decayed
  double clip = 1;             // largest norm of the gradient
  Optimizer optimizer = Optimizer::adamw;
  double beta2 = 0.95;         // of AdamW: the share of the old second moment that a step keeps
  bool bf16 = false;           // matrix products of factors rounded to bf16; weights and moments stay float32
  std::uint64_t seed = 1;
  std::int64_t evaluate_every = 200, checkpoint_every = 100;  // steps
  std::int64_t evaluation_tokens = 65536;                     // of each held-out text, from its beginning
  // CUDA's numbers, of which each rank takes the one of its own number (and goes round); none: processors. On GPUs the
  // factors of products are always rounded to bf16.
  std::vector<int> gpus = {};
  int ranks_a_window = 0;      // that split a window between them; 0: as few as leave no rank without a window
};

struct Step {
  std::int64_t step = 0;
  double loss = 0;  // nats a token, mean of the step's windows
  double rate = 0, gradient_norm = 0, tokens_per_second = 0;
  std::vector<double> held_out;  // bits per byte of each held-out text; empty where it was not evaluated
};

// Trains in `folder`: checkpoint.safetensors and log.csv are kept there, an unfinished training found there goes on
// with the same losses as an undisturbed one, and at the end (and at each checkpoint) config.json and
// model.safetensors are a model folder. A cancelled training keeps the steps that it has taken. `report` (may be
// empty) is called after each step.
//
// Every rank calls this with the same texts; the first alone reads and writes the folder, evaluates, and gives
// `report` what it measured. The losses are those of one rank up to rounding.
void train(parallel::Collective& ranks, const model::Config& config, const Settings& settings,
           std::vector<Texts> texts, const std::vector<Texts>& held_out, const std::filesystem::path& folder,
           const std::function<void(const Step&)>& report, core::Job& job);

}  // namespace corpuscope::training
