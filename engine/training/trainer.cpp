#include "training/trainer.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <optional>

#include "compute/precision.h"
#include "core/error.h"
#include "model/decoder.h"
#include "training/evaluate.h"
#include "training/steps.h"

namespace corpuscope::training {

namespace {

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

std::vector<double> held_out_bits(Steps& steps, const Settings& settings, const std::vector<Texts>& held_out,
                                  core::Job& job) {
  if (held_out.empty()) return {};
  const model::Decoder& decoder = steps.decoder();
  std::vector<double> bits;
  for (const Texts& texts : held_out) {
    const auto count = std::min<std::size_t>(texts.tokens.size(), std::size_t(settings.evaluation_tokens));
    // The bytes of the part that is read are taken from the whole's bytes a token.
    const double bytes = double(texts.bytes) * double(count) / double(texts.tokens.size());
    core::Job quiet([&](const core::Progress&) { job.poll(); });
    bits.push_back(
        evaluate(decoder, std::span(texts.tokens).first(count), std::int64_t(bytes), settings.length, quiet,
                 [&](const model::Decoder& reading) { return steps.reader(reading); })
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

Step timed_step(Steps& steps, const Settings& settings, core::Job& job) {
  using Clock = std::chrono::steady_clock;
  const auto since = Clock::now();
  Step step = steps.take(job);
  const double seconds = std::chrono::duration<double>(Clock::now() - since).count();
  step.tokens_per_second = double(settings.batch * settings.length) / seconds;
  return step;
}

void write_model(Steps& steps, const std::filesystem::path& folder) {
  model::write_safetensors(folder / "model.safetensors", steps.decoder().weights());
}

void checkpoint(Steps& steps, const std::filesystem::path& folder) {
  steps.save(folder / "checkpoint.safetensors");
  write_model(steps, folder);
}

}  // namespace

void train(parallel::Collective& ranks, const model::Config& config, const Settings& settings,
           std::vector<Texts> texts, const std::vector<Texts>& held_out, const std::filesystem::path& path,
           const std::function<void(const Step&)>& report, core::Job& job) {
  const compute::WithPrecision precision(settings.bf16 ? compute::Precision::bf16 : compute::Precision::float32);
  const bool first = ranks.rank() == 0;
  if (first) std::filesystem::create_directories(path);
  const auto steps_taken = settings.gpus.empty() ? steps_on_processor(ranks, config, settings, std::move(texts), path)
                                                 : steps_on_gpu(ranks, config, settings, std::move(texts), path);
  Steps& trainer = *steps_taken;
  std::optional<Folder> folder;
  if (first) folder.emplace(path, config, trainer.taken());
  const std::int64_t steps = settings.schedule.steps, tokens_a_step = settings.batch * settings.length;
  if (first && trainer.taken() >= steps) write_model(trainer, path);  // a kill may have come before it
  job.begin("training", "tokens", steps * tokens_a_step, trainer.taken() * tokens_a_step);
  while (trainer.taken() < steps) {
    Step step;
    try {
      step = timed_step(trainer, settings, job);
    } catch (const core::Cancelled&) {
      if (first) checkpoint(trainer, path);
      throw;
    }
    const bool last = step.step == steps;
    if (first) {
      if (last || step.step % settings.evaluate_every == 0)
        step.held_out = held_out_bits(trainer, settings, held_out, job);
      folder->log(step);
      if (last || step.step % settings.checkpoint_every == 0) checkpoint(trainer, path);
    }
    if (report) report(step);
    job.advance(tokens_a_step);
  }
}

}  // namespace corpuscope::training
