// The decoder on a GPU beside the processor's and beside the golden cases: whole sequences with gradients, and steps
// of training. The stream is in reading.cpp.

#include <algorithm>
#include <filesystem>

#include "check.h"
#include "compute/adamw.h"
#include "decoder_case.h"
#include "device.h"
#include "model/cuda/learner.h"

namespace corpuscope::gpu_test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> golden_cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(fs::path(CORPUSCOPE_SOURCE_DIR) / "tests/golden/model"))
    if (entry.is_directory()) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// All gradients as one row: what clips a step is the norm of all of them.
std::vector<float> joined(const model::Tensors& tensors) {
  std::vector<float> all;
  for (const auto& [name, tensor] : tensors) all.insert(all.end(), tensor.data.begin(), tensor.data.end());
  return all;
}

void check_golden(Checks& checks, const Tolerance& tolerance) {
  for (const fs::path& folder : golden_cases()) {
    const model::Decoder decoder = model::Decoder::load(folder);
    const auto tokens = read_numbers<std::int32_t>(folder / "tokens.bin");
    const auto exact = read_numbers<float>(folder / "logits.bin");
    const std::string name = folder.filename().string();
    const auto learner = model::cuda::make_learner(decoder.config(), decoder.weights(), tolerance.numbers,
                                                   std::int64_t(tokens.size()));
    const std::vector<float> logits = learner->logits(tokens);
    checks.below(kind_of(tolerance, "golden logits"), name, distance(logits, exact), tolerance.exact);
    checks.below(kind_of(tolerance, "logits beside the processor's"), name,
                 distance(logits, twin_of(decoder, tolerance).logits(tokens)), tolerance.exact);
    learner->add(tokens);
    const model::Tensors gradients = learner->gradients();
    const model::Tensors exact_gradients = model::read_safetensors(folder / "gradients.safetensors");
    checks.below(kind_of(tolerance, "golden gradients, all"), name, distance(joined(gradients), joined(exact_gradients)),
                 tolerance.gradients);
    if (tolerance.numbers == Numbers::float32)
      for (const auto& [weight, gradient] : exact_gradients)
        checks.below(kind_of(tolerance, "golden gradients, each"), name + " " + weight,
                     distance(gradients.at(weight).data, gradient.data), tolerance.gradients);
    const double loss = learner->step({}).loss, expected = decoder.loss(tokens);
    checks.below(kind_of(tolerance, "golden loss"), name, std::abs(loss / expected - 1), tolerance.outputs);
    // The same as a stream, in pieces that end anywhere.
    const auto streaming = model::cuda::make_streaming(decoder, tolerance.numbers);
    std::vector<float> bits(tokens.size());
    for (std::size_t at = 0, piece = 1; at < tokens.size(); at += piece, piece = piece * 2 + 1)
      streaming->append(std::span(tokens).subspan(at, std::min(piece, tokens.size() - at)), bits.data() + at, nullptr);
    checks.below(kind_of(tolerance, "golden surprisal, streamed"), name, distance(bits, decoder.surprisal(tokens)),
                 tolerance.outputs);
    const std::vector<float> last(exact.end() - decoder.config().vocab_size, exact.end());
    checks.below(kind_of(tolerance, "golden last logits, streamed"), name, distance(streaming->next_logits(), last),
                 tolerance.exact);
  }
}

// Rows that a whole block of threads shares, an untied head, and one layer.
void check_wide(Checks& checks, const Tolerance& tolerance) {
  model::Config config = small_config();
  config.vocab_size = 1500;
  config.hidden_size = 1088;
  config.ffn_size = 1100;
  config.layers = 1;
  config.tied_embeddings = false;
  const model::Decoder decoder = twin_of({config, model::initial_weights(config, 5)}, tolerance);
  const auto tokens = random_tokens(config, 70, 9);
  model::Tensors exact = decoder.zero_gradients();
  const double loss = decoder.loss(tokens, &exact);
  const auto learner = model::cuda::make_learner(config, decoder.weights(), tolerance.numbers, 70);
  checks.below(kind_of(tolerance, "wide logits"), "one layer", distance(learner->logits(tokens), decoder.logits(tokens)),
               tolerance.outputs);
  learner->add(tokens);
  checks.below(kind_of(tolerance, "wide gradients"), "one layer", distance(joined(learner->gradients()), joined(exact)),
               tolerance.gradients);
  checks.below(kind_of(tolerance, "wide loss"), "one layer", std::abs(learner->step({}).loss / loss - 1), tolerance.outputs);
}

// Twenty steps of AdamW on a GPU and on the processor.
void check_training(Checks& checks, const Tolerance& tolerance) {
  const model::Config config = small_config();
  model::Decoder decoder(config, model::initial_weights(config, 11));
  const auto learner = model::cuda::make_learner(config, decoder.weights(), tolerance.numbers, 96);
  model::Tensors first = decoder.zero_gradients(), second = first;
  double worst = 0, last = 0;
  for (int step = 1; step <= 20; ++step) {
    model::Tensors gradients = decoder.zero_gradients();
    double loss = 0;
    for (unsigned window = 0; window < 2; ++window) {
      const auto tokens = random_tokens(config, 96, window + 1);
      loss += decoder.loss(tokens, &gradients) / 2;
      learner->add(tokens);
    }
    double squares = 0;
    for (const auto& [name, tensor] : gradients)
      squares += compute::sum_of_squares(std::int64_t(tensor.data.size()), tensor.data.data());
    const double norm = std::sqrt(squares) / 2, clip = std::min(1.0, 0.5 / norm);
    for (auto& [name, tensor] : decoder.weights()) {
      const compute::AdamW settings{.learning_rate = 3e-3, .weight_decay = tensor.shape.size() > 1 ? 0.1 : 0.0};
      compute::adamw_step(settings, step, float(clip / 2), std::int64_t(tensor.data.size()),
                          gradients.at(name).data.data(), tensor.data.data(), first.at(name).data.data(),
                          second.at(name).data.data());
    }
    model::StepSettings settings;
    settings.rate = 3e-3;
    settings.weight_decay = 0.1;
    settings.clip = 0.5;
    settings.batch = 2;
    settings.step = step;
    const model::LearnerStep taken = learner->step(settings);
    worst = std::max(worst, std::abs(taken.loss / loss - 1));
    last = loss;
    checks.below(kind_of(tolerance, "gradient norm"), "step " + std::to_string(step),
                 std::abs(taken.gradient_norm / norm - 1), 5 * tolerance.gradients);
  }
  checks.below(kind_of(tolerance, "losses of twenty steps"), "worst", worst, tolerance.outputs);
  checks.below("the training learns", "loss", last, std::log(config.vocab_size) - 0.3);
  checks.below(kind_of(tolerance, "weights after twenty steps"), "all",
               distance(joined(learner->weights()), joined(decoder.weights())), tolerance.gradients * 5);
}

// A window that several GPUs split, with every exchange of keys and gradients.
void check_split(Checks& checks, const Tolerance& tolerance, model::Position position, int ranks) {
  const model::Config config = small_config(position);
  const model::Decoder decoder = twin_of({config, lively_weights(config)}, tolerance);
  const auto tokens = random_tokens(config, 203, 13);
  model::Tensors exact = decoder.zero_gradients();
  const double loss = decoder.loss(tokens, &exact);
  const std::string name = std::to_string(ranks) + " ranks, position scheme " + std::to_string(int(position));
  on_gpus(ranks, [&](parallel::Collective& self, const Connect& connect) {
    const auto learner = model::cuda::make_learner(config, decoder.weights(), tolerance.numbers, 203, {connect(), connect()});
    learner->add(tokens);
    // Gradients are summed in the step; before, a rank has its share alone.
    const model::LearnerStep taken = learner->step({.rate = 1e-3, .clip = 1e9});
    if (self.rank() > 0) return;
    double squares = 0;
    for (const auto& [weight, tensor] : exact)
      squares += compute::sum_of_squares(std::int64_t(tensor.data.size()), tensor.data.data());
    checks.below(kind_of(tolerance, "loss of a split window"), name, std::abs(taken.loss / loss - 1), tolerance.outputs);
    checks.below(kind_of(tolerance, "gradient norm of a split window"), name,
                 std::abs(taken.gradient_norm / std::sqrt(squares) - 1), tolerance.gradients);
    // After the first step the first moments are a tenth of the gradients.
    model::Tensors gradients = learner->first_moments();
    for (auto& [weight, tensor] : gradients)
      for (float& number : tensor.data) number *= 10;
    checks.below(kind_of(tolerance, "gradients of a split window"), name, distance(joined(gradients), joined(exact)),
                 tolerance.gradients);
  });
}

void check_all(Checks& checks) {
  check_reading(checks);
  for (const Tolerance& tolerance : tolerances) {
    check_golden(checks, tolerance);
    check_wide(checks, tolerance);
    check_reading(checks, tolerance);
    check_training(checks, tolerance);
    for (const int ranks : gpu_counts())
      for (const auto position : {model::Position::rope, model::Position::per_level})
        check_split(checks, tolerance, position, ranks);
  }
}

}  // namespace
}  // namespace corpuscope::gpu_test

int main() { return corpuscope::gpu_test::on_device("the decoder", corpuscope::gpu_test::check_all); }
