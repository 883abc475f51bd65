#pragma once
// Named float32 tensors, in and out of safetensors files (F32, F16 and BF16 are read, F32 is written).

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compute/weight.h"
#include "model/config.h"

namespace corpuscope::model {

struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> data;
};

using Tensors = std::map<std::string, Tensor>;

enum class WeightForm { float32, bf16, int8 };  // how a file keeps the matrices; norms are always float32

std::string name(WeightForm form);
std::optional<WeightForm> weight_form(const std::string& name);

class StoredWeights;

// Where a decoder's weights are found by name: in Tensors, or in the file that they were left in.
class WeightSource {
 public:
  WeightSource(const Tensors& tensors) : tensors_(&tensors) {}
  WeightSource(const StoredWeights& stored) : stored_(&stored) {}

  compute::Weight find(const std::string& name) const;  // none where there is no such weight

 private:
  const Tensors* tensors_ = nullptr;
  const StoredWeights* stored_ = nullptr;
};

// Throws core::Error where the file is damaged; a header that lies never leads to a read out of bounds.
Tensors read_safetensors(const std::filesystem::path& file);

// Writes beside the target and renames, so that a kill leaves the old file or the new one.
void write_safetensors(const std::filesystem::path& file, const Tensors& tensors);

// The name and shape of every weight of such a decoder.
std::map<std::string, std::vector<std::int64_t>> weight_shapes(const Config& config);

// Throws core::Error naming the first weight that is missing, too much or of another shape.
void check(const Config& config, const Tensors& weights);

// Random weights: normal with standard deviation 0.02, output projections scaled down by sqrt(2 layers).
Tensors initial_weights(const Config& config, std::uint64_t seed);

}  // namespace corpuscope::model
