#include "model/stored_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "model/weights.h"

namespace corpuscope::model {
namespace {

using Shape = std::vector<std::int64_t>;

[[noreturn]] void refuse(const std::string& problem) {
  throw core::Error(problem, "Choose a model folder whose config.json belongs to its model.safetensors.");
}

std::size_t alignment(NumberForm form) { return form == NumberForm::bf16 ? 2 : form == NumberForm::f32 ? 4 : 1; }

void check(const std::string& name, const StoredTensor& tensor, const Shape& shape, bool matrix) {
  if (tensor.shape != shape)
    refuse(fmt::format("The weight {} has the shape [{}], not [{}].", name, fmt::join(tensor.shape, ", "),
                       fmt::join(shape, ", ")));
  const bool mapped = tensor.form == NumberForm::f32 ||
                      (matrix && (tensor.form == NumberForm::bf16 || tensor.form == NumberForm::int8));
  if (!mapped) refuse(fmt::format("The weight {} is kept as {}, which is not used here.", name, model::name(tensor.form)));
  if (tensor.begin % alignment(tensor.form) != 0) refuse(fmt::format("The weight {} begins at an odd place.", name));
}

void check(const StoredTensors& tensors, const Config& config) {
  std::size_t placed = 0;
  const auto one = [&](const std::string& name, const Shape& shape, bool matrix) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) refuse(fmt::format("The weight {} is missing.", name));
    check(name, found->second, shape, matrix);
    ++placed;
    return found->second.form;
  };
  for (const auto& [name, shape] : weight_shapes(config))
    if (one(name, shape, shape.size() == 2) == NumberForm::int8) one(scales_of(name), {shape[0]}, false);
  if (placed != tensors.size()) refuse(fmt::format("{} weights have no place in this model.", tensors.size() - placed));
}

StoredTensors checked(StoredTensors tensors, const Config& config) {
  check(tensors, config);
  return tensors;
}

}  // namespace

StoredWeights::StoredWeights(const std::filesystem::path& file, const Config& config)
    : tensors_(checked(list_safetensors(file), config)), mapped_(file) {
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
