#include "model/stored_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace corpuscope::model {
namespace {

using Shape = std::vector<std::int64_t>;

[[noreturn]] void refuse(const std::string& problem) {
  throw core::Error(problem, "Choose a model folder whose config.json belongs to its model.safetensors.");
}

std::size_t alignment(NumberForm form) { return form == NumberForm::bf16 ? 2 : form == NumberForm::f32 ? 4 : 1; }

void check(const std::string& name, const StoredTensor& tensor, const Shape& shape) {
  if (tensor.shape != shape)
    refuse(fmt::format("The weight {} has the shape [{}], not [{}].", name, fmt::join(tensor.shape, ", "),
                       fmt::join(shape, ", ")));
  if (tensor.begin % alignment(tensor.form) != 0) refuse(fmt::format("The weight {} begins at an odd place.", name));
}

}  // namespace

void check_stored(const StoredTensors& tensors, const Config& config) {
  std::size_t placed = 0;
  const auto one = [&](const std::string& name, const Shape& shape) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) refuse(fmt::format("The weight {} is missing.", name));
    check(name, found->second, shape);
    ++placed;
    return found->second.form;
  };
  for (const auto& [name, shape] : weight_shapes(config))
    if (one(name, shape) == NumberForm::int8) one(scales_of(name), {shape[0]});
  if (placed != tensors.size()) refuse(fmt::format("{} weights have no place in this model.", tensors.size() - placed));
}

WeightForm form_of(const StoredTensors& tensors) {
  WeightForm form = WeightForm::float32;
  for (const auto& [name, tensor] : tensors) {
    const bool matrix = tensor.shape.size() == 2;
    if (tensor.form == NumberForm::f16 || (!matrix && tensor.form != NumberForm::f32)) return WeightForm::float32;
    if (tensor.form == NumberForm::int8) form = WeightForm::int8;
    if (tensor.form == NumberForm::bf16 && form == WeightForm::float32) form = WeightForm::bf16;
  }
  return form;
}

StoredWeights::StoredWeights(const std::filesystem::path& file, const Config& config)
    : tensors_(list_safetensors(file)), mapped_(file) {
  check_stored(tensors_, config);
  for (const auto& [name, tensor] : tensors_)
    if (tensor.end > mapped_.bytes().size()) refuse(fmt::format("{} was cut short.", file.string()));
}

template <typename Number>
const Number* StoredWeights::at(const StoredTensor& tensor) const {
  return reinterpret_cast<const Number*>(mapped_.bytes().data() + tensor.begin);
}

compute::Weight StoredWeights::find(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) return {};
  compute::Weight weight;
  switch (found->second.form) {
    case NumberForm::bf16: weight.bf16 = at<compute::Bf16>(found->second); break;
    case NumberForm::int8:
      weight.int8 = at<std::int8_t>(found->second);
      weight.scales = at<float>(tensors_.at(scales_of(name)));
      break;
    default: weight.f32 = at<float>(found->second);
  }
  return weight;
}

std::string scales_of(const std::string& weight) { return weight + "_scale"; }

}  // namespace corpuscope::model
