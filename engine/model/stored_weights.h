#pragma once
// A decoder's weights as they lie in its model.safetensors, which stays mapped: matrices as F32, BF16, or I8 with the
// scales of their rows in "<name>_scale", all other weights as F32. For reading only; a training wants Tensors.

#include <filesystem>
#include <map>
#include <string>

#include "compute/weight.h"
#include "core/mapped_file.h"
#include "model/config.h"
#include "model/tensor_file.h"
#include "model/weights.h"

namespace corpuscope::model {

// Throws core::Error as the constructor does, from the file's description alone.
void check_stored(const StoredTensors& tensors, const Config& config);

// How they are used: in the shortest form that a matrix of them has, where all can stay in the file; else they are all
// converted to float32 when they are loaded.
WeightForm form_of(const StoredTensors& tensors);

class StoredWeights {
 public:
  // Throws core::Error naming the first weight that is missing, too much, of another shape or form.
  StoredWeights(const std::filesystem::path& file, const Config& config);

  compute::Weight find(const std::string& name) const;  // none where there is no such weight

  // Calls visit(name, bytes) for every tensor of the file, scales among them.
  template <typename Visit>
  void each(const Visit& visit) const {
    for (const auto& [name, tensor] : tensors_)
      visit(name, mapped_.bytes().subspan(tensor.begin, tensor.end - tensor.begin));
  }

 private:
  template <typename Number>
  const Number* at(const StoredTensor& tensor) const;

  StoredTensors tensors_;
  core::MappedFile mapped_;
};

// The name of the scales of an int8 matrix.
std::string scales_of(const std::string& weight);

}  // namespace corpuscope::model
