#include "training/trainer.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <optional>

#include "compute/adamw.h"
#include "compute/precision.h"
#include "compute/muon.h"
#include "core/error.h"
#include "model/decoder.h"
#include "training/checkpoint.h"
#include "training/evaluate.h"
#include "training/grid.h"

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

// A kill or a full disk leaves the old file or the new one.
void replace(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path beside = file.string() + ".part";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(beside, file, error);
  if (out && !error) return;
  std::filesystem::remove(beside, error);
  throw core::Error(file.string() + " cannot be written.", "Check the folder's permissions and the free space.");
}

// Keeps the lines of steps that the checkpoint knows of: those behind it will be taken again. A line that a kill has
// cut short has no end.
std::string log_until(const std::filesystem::path& file, std::int64_t step) {
  std::string kept = "step,loss,rate,gradient_norm,tokens_per_second,held_out_bits_per_byte\n";
  std::ifstream in(file);
  std::string line;
  for (bool first = true; std::getline(in, line) && !in.eof(); first = false)
    if (!first && std::strtoll(line.c_str(), nullptr, 10) <= step) kept += line + "\n";
  return kept;
}

std::string log_line(const Step& step) {
  std::string bits;
  for (double value : step.held_out) bits += fmt::format("{}{:.5f}", bits.empty() ? "" : ";", value);
  return fmt::format("{},{:.6f},{:.8f},{:.5f},{:.0f},{}\n", step.step, step.loss, step.rate, step.gradient_norm,
                     step.tokens_per_second, bits);
}

class Trainer {
 public:
  Trainer(parallel::Collective& ranks, const model::Config& config, const Settings& settings,
          std::vector<Texts> texts, const std::filesystem::path& folder)
      : settings_(settings),
        folder_(folder),
        grid_(ranks, settings),
        batches_(std::move(texts), settings.length, settings.seed),
        progress_(start(config)),
        decoder_(config, std::move(progress_.weights)),
        gradients_(decoder_.zero_gradients()) {}

  std::int64_t step() const { return progress_.step; }
  const model::Decoder& decoder() const { return decoder_; }

  Step take_step(core::Job& job) {
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
    if (!std::isfinite(step.loss) || !std::isfinite(step.gradient_norm))
      throw core::Error(fmt::format("the training diverged at step {}", step.step),
                        "Go on from the last checkpoint with a lower rate.");
    const double clip = std::min(1., settings_.clip / std::max(step.gradient_norm, 1e-30));
    step.rate = learning_rate(settings_.schedule, step.step);
    progress_.step = step.step;
    update(step.rate, float(clip / double(settings_.batch)));
    return step;
  }

  void checkpoint() const {
    save(folder_ / "checkpoint.safetensors", progress_, decoder_.weights());
    write_model();
  }
  void write_model() const { model::write_safetensors(folder_ / "model.safetensors", decoder_.weights()); }

 private:
  Progress start(const model::Config& config) {
    Progress progress = beginning(config, settings_.seed);
    if (grid_.first())
      if (auto kept = load(folder_ / "checkpoint.safetensors", config)) progress = std::move(*kept);
    grid_.share(progress);
    return progress;
  }

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
  std::filesystem::path folder_;
  Grid grid_;
  Batches batches_;
  Progress progress_;  // its weights live in the decoder
  model::Decoder decoder_;
  model::Tensors gradients_;
  model::Workspace workspace_;
};

std::vector<double> held_out_bits(const model::Decoder& decoder, const Settings& settings,
                                  const std::vector<Texts>& held_out, core::Job& job) {
  std::vector<double> bits;
  for (const Texts& texts : held_out) {
    const auto count = std::min<std::size_t>(texts.tokens.size(), std::size_t(settings.evaluation_tokens));
    // The bytes of the part that is read are taken from the whole's bytes a token.
    const double bytes = double(texts.bytes) * double(count) / double(texts.tokens.size());
    core::Job quiet([&](const core::Progress&) { job.poll(); });
    bits.push_back(
        evaluate(decoder, std::span(texts.tokens).first(count), std::int64_t(bytes), settings.length, quiet)
            .bits_per_byte);
  }
  return bits;
}

// What is kept of a training in its folder, by the first rank alone.
class Folder {
 public:
  Folder(const std::filesystem::path& folder, const model::Config& config, std::int64_t step)
      : log_file_(folder / "log.csv") {
    replace(folder / "config.json", model::to_json(config));
    replace(log_file_, log_until(log_file_, step));
    log_.open(log_file_, std::ios::app);
  }

  void log(const Step& step) {
    log_ << log_line(step) << std::flush;
    if (!log_) throw core::Error("the log " + log_file_.string() + " cannot be written", "Make room on the disk.");
  }

 private:
  std::filesystem::path log_file_;
  std::ofstream log_;
};

Step timed_step(Trainer& trainer, const Settings& settings, core::Job& job) {
  using Clock = std::chrono::steady_clock;
  const auto since = Clock::now();
  Step step = trainer.take_step(job);
  const double seconds = std::chrono::duration<double>(Clock::now() - since).count();
  step.tokens_per_second = double(settings.batch * settings.length) / seconds;
  return step;
}

}  // namespace

void train(parallel::Collective& ranks, const model::Config& config, const Settings& settings,
           std::vector<Texts> texts, const std::vector<Texts>& held_out, const std::filesystem::path& path,
           const std::function<void(const Step&)>& report, core::Job& job) {
  const compute::WithPrecision precision(settings.bf16 ? compute::Precision::bf16 : compute::Precision::float32);
  const bool first = ranks.rank() == 0;
  if (first) std::filesystem::create_directories(path);
  Trainer trainer(ranks, config, settings, std::move(texts), path);
  std::optional<Folder> folder;
  if (first) folder.emplace(path, config, trainer.step());
  const std::int64_t steps = settings.schedule.steps, tokens_a_step = settings.batch * settings.length;
  if (first && trainer.step() >= steps) trainer.write_model();  // a kill may have come before it
  job.begin("training", "tokens", steps * tokens_a_step, trainer.step() * tokens_a_step);
  while (trainer.step() < steps) {
    Step step;
    try {
      step = timed_step(trainer, settings, job);
    } catch (const core::Cancelled&) {
      if (first) trainer.checkpoint();
      throw;
    }
    const bool last = step.step == steps;
    if (first) {
      if (last || step.step % settings.evaluate_every == 0)
        step.held_out = held_out_bits(trainer.decoder(), settings, held_out, job);
      folder->log(step);
      if (last || step.step % settings.checkpoint_every == 0) trainer.checkpoint();
    }
    if (report) report(step);
    job.advance(tokens_a_step);
  }
}

}  // namespace corpuscope::training
