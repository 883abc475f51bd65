#pragma once
// A training that can be gone on with: weights, both moments of the optimiser and the step in one safetensors file,
// written beside the old one and renamed, so that a kill leaves the one or the other, whole.

#include <filesystem>
#include <optional>

#include "model/weights.h"

namespace corpuscope::training {

struct Progress {
  std::int64_t step = 0;
  model::Tensors weights, first_moments, second_moments;
};

// The weights are apart, since a training keeps them in its decoder.
void save(const std::filesystem::path& file, const Progress& progress, const model::Tensors& weights);

// Nothing where there is no such file. Throws core::Error where it is damaged or of another model.
std::optional<Progress> load(const std::filesystem::path& file, const model::Config& config);

}  // namespace corpuscope::training
