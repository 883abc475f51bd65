#include "training/trainer.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <sstream>

#include "compute/adamw.h"
#include "core/error.h"
#include "model/decoder.h"
#include "training/checkpoint.h"
#include "training/evaluate.h"

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

// Keeps the lines of steps that the checkpoint knows of: those behind it will be taken again.
std::string log_until(const std::filesystem::path& file, std::int64_t step) {
  std::string kept = "step,loss,rate,gradient_norm,tokens_per_second,held_out_bits_per_byte\n";
  std::ifstream in(file);
  std::string line;
  for (bool first = true; std::getline(in, line); first = false)
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
  Trainer(const model::Config& config, const Settings& settings, std::vector<Texts> texts,
          const std::filesystem::path& folder)
      : settings_(settings), folder_(folder), batches_(std::move(texts), settings.length, settings.seed),
        progress_(load(folder / "checkpoint.safetensors", config).value_or(beginning(config, settings.seed))),
        decoder_(config, std::move(progress_.weights)), gradients_(decoder_.zero_gradients()) {}

  std::int64_t step() const { return progress_.step; }
  const model::Decoder& decoder() const { return decoder_; }

  Step take_step(core::Job& job) {
    Step step;
    step.step = ++progress_.step;
    for (auto& [name, tensor] : gradients_) std::fill(tensor.data.begin(), tensor.data.end(), 0.f);
    for (std::int64_t i = 0; i < settings_.batch; ++i) {
      job.poll();
      step.loss += decoder_.loss(batches_.window((step.step - 1) * settings_.batch + i), &gradients_, &workspace_);
    }
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
    update(step.rate, float(clip / double(settings_.batch)));
    return step;
  }

  void checkpoint() {
    save(folder_ / "checkpoint.safetensors", progress_, decoder_.weights());
    model::write_safetensors(folder_ / "model.safetensors", decoder_.weights());
  }

 private:
  void update(double rate, float scale) {
    for (auto& [name, tensor] : decoder_.weights()) {
      compute::AdamW adamw;
      adamw.learning_rate = rate;
      adamw.weight_decay = tensor.shape.size() > 1 ? settings_.weight_decay : 0;
      compute::adamw_step(adamw, progress_.step, scale, std::int64_t(tensor.data.size()), gradients_.at(name).data.data(),
                          tensor.data.data(), progress_.first_moments.at(name).data.data(),
                          progress_.second_moments.at(name).data.data());
    }
  }

  const Settings& settings_;
  std::filesystem::path folder_;
  Batches batches_;
  Progress progress_;  // its weights live in the decoder
  model::Decoder decoder_;
  model::Tensors gradients_;
  model::Workspace workspace_;
};

std::vector<double> held_out_bits(const model::Decoder& decoder, const Settings& settings,
                                  const std::vector<Texts>& held_out) {
  std::vector<double> bits;
  for (const Texts& texts : held_out) {
    const auto count = std::min<std::size_t>(texts.tokens.size(), std::size_t(settings.evaluation_tokens));
    // The bytes of the part that is read are taken from the whole's bytes a token.
    const double bytes = double(texts.bytes) * double(count) / double(texts.tokens.size());
    core::Job quiet;
    bits.push_back(evaluate(decoder, std::span(texts.tokens).first(count), std::int64_t(bytes), settings.length, quiet)
                       .bits_per_byte);
  }
  return bits;
}

}  // namespace

void train(const model::Config& config, const Settings& settings, std::vector<Texts> texts,
           const std::vector<Texts>& held_out, const std::filesystem::path& folder,
           const std::function<void(const Step&)>& report, core::Job& job) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config.json") << model::to_json(config);
  Trainer trainer(config, settings, std::move(texts), folder);
  const std::string log = log_until(folder / "log.csv", trainer.step());
  std::ofstream out(folder / "log.csv", std::ios::trunc);
  out << log;
  const std::int64_t tokens_a_step = settings.batch * settings.length;
  job.begin("training", "tokens", settings.schedule.steps * tokens_a_step, trainer.step() * tokens_a_step);
  using Clock = std::chrono::steady_clock;
  while (trainer.step() < settings.schedule.steps) {
    const auto since = Clock::now();
    Step step = trainer.take_step(job);
    step.tokens_per_second = double(tokens_a_step) / std::chrono::duration<double>(Clock::now() - since).count();
    const bool last = step.step == settings.schedule.steps;
    if (last || step.step % settings.evaluate_every == 0)
      step.held_out = held_out_bits(trainer.decoder(), settings, held_out);
    out << log_line(step) << std::flush;
    if (!out) throw core::Error("the log " + (folder / "log.csv").string() + " cannot be written", "Make room on the disk.");
    if (last || step.step % settings.checkpoint_every == 0) trainer.checkpoint();
    if (report) report(step);
    job.advance(tokens_a_step);
  }
}

}  // namespace corpuscope::training
