#pragma once
// A model folder whose matrices lie in a short form, as an import writes it, and what is loaded from it.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "compute/weight.h"
#include "model/decoder.h"
#include "model/stored_weights.h"
#include "model/tensor_writer.h"

namespace corpuscope::gpu_test {

inline model::Decoder stored_model(const model::Config& config, const model::Tensors& weights, model::NumberForm form) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("corpuscope_stored_" + std::to_string(getpid()));
  fs::create_directory(folder);
  std::ofstream(folder / "config.json") << model::to_json(config);
  model::TensorPlan plan;
  for (const auto& [name, tensor] : weights) {
    const bool matrix = tensor.shape.size() == 2;
    plan[name] = {matrix ? form : model::NumberForm::f32, tensor.shape};
    if (matrix && form == model::NumberForm::int8)
      plan[model::scales_of(name)] = {model::NumberForm::f32, {tensor.shape[0]}};
  }
  model::TensorWriter writer(folder / "model.safetensors", plan);
  for (const auto& [name, tensor] : weights) {
    const std::int64_t count = std::int64_t(tensor.data.size());
    if (plan.at(name).form == model::NumberForm::f32) {
      writer.put(name, 0, tensor.data.data(), count);
    } else if (form == model::NumberForm::bf16) {
      std::vector<compute::Bf16> numbers(tensor.data.size());
      std::transform(tensor.data.begin(), tensor.data.end(), numbers.begin(), compute::to_bf16);
      writer.put(name, 0, numbers.data(), count);
    } else {
      const std::int64_t rows = tensor.shape[0], width = tensor.shape[1];
      std::vector<std::int8_t> numbers(tensor.data.size());
      std::vector<float> scales;
      for (std::int64_t row = 0; row < rows; ++row)
        scales.push_back(compute::quantise_row(tensor.data.data() + row * width, width, numbers.data() + row * width));
      writer.put(name, 0, numbers.data(), count);
      writer.put(model::scales_of(name), 0, scales.data(), rows);
    }
  }
  writer.finish();
  model::Decoder decoder = model::Decoder::load(folder);
  fs::remove_all(folder);  // what is mapped stays
  return decoder;
}

}  // namespace corpuscope::gpu_test
