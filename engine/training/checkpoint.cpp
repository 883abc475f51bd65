#include "training/checkpoint.h"

#include "core/error.h"

namespace corpuscope::training {

namespace {

const std::string step_name = "training.step", first_name = "adam.first.", second_name = "adam.second.";

void add(model::Tensors& to, const std::string& prefix, const model::Tensors& from) {
  for (const auto& [name, tensor] : from) to[prefix + name] = tensor;
}

}  // namespace

void save(const std::filesystem::path& file, const Progress& progress, const model::Tensors& weights) {
  model::Tensors all = weights;
  add(all, first_name, progress.first_moments);
  add(all, second_name, progress.second_moments);
  // Two numbers, since a float32 counts no further than 2^24.
  all[step_name] = {{2}, {float(progress.step >> 20), float(progress.step & 0xfffff)}};
  model::write_safetensors(file, all);
}

std::optional<Progress> load(const std::filesystem::path& file, const model::Config& config) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  Progress progress;
  for (auto& [name, tensor] : model::read_safetensors(file)) {
    if (name == step_name) {
      if (tensor.data.size() != 2 || !(tensor.data[0] >= 0 && tensor.data[0] < 1e6) || !(tensor.data[1] >= 0 && tensor.data[1] < 1 << 20))
        throw core::Error("the checkpoint " + file.string() + " is damaged", "Remove it to start the training again.");
      progress.step = (std::int64_t(tensor.data[0]) << 20) + std::int64_t(tensor.data[1]);
    } else if (name.starts_with(first_name)) {
      progress.first_moments[name.substr(first_name.size())] = std::move(tensor);
    } else if (name.starts_with(second_name)) {
      progress.second_moments[name.substr(second_name.size())] = std::move(tensor);
    } else {
      progress.weights[name] = std::move(tensor);
    }
  }
  for (const model::Tensors* tensors : {&progress.weights, &progress.first_moments, &progress.second_moments})
    model::check(config, *tensors);
  return progress;
}

}  // namespace corpuscope::training
