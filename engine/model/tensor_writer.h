#pragma once
// A safetensors file that is written piece by piece, its tensors known beforehand. In the file those of larger numbers
// come first, so that each is aligned and can be mapped.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compute/bf16.h"
#include "model/stored_numbers.h"

namespace corpuscope::model {

struct PlannedTensor {
  NumberForm form = NumberForm::f32;  // f32, bf16 or int8
  std::vector<std::int64_t> shape;
};

using TensorPlan = std::map<std::string, PlannedTensor>;

std::optional<std::uint64_t> bytes_of(const PlannedTensor& tensor);

class TensorWriter {
 public:
  // Throws core::Error where the file cannot be made, as the others do where it cannot be written.
  TensorWriter(std::filesystem::path file, const TensorPlan& plan);
  ~TensorWriter();
  TensorWriter(const TensorWriter&) = delete;
  TensorWriter& operator=(const TensorWriter&) = delete;

  // Numbers first .. first + count - 1 of a tensor of that form.
  void put(const std::string& name, std::int64_t first, const float* numbers, std::int64_t count);
  void put(const std::string& name, std::int64_t first, const compute::Bf16* numbers, std::int64_t count);
  void put(const std::string& name, std::int64_t first, const std::int8_t* numbers, std::int64_t count);

  void finish();  // all of it is on the disk

 private:
  void write(std::uint64_t offset, const void* data, std::uint64_t bytes);
  void put_at(const std::string& name, std::int64_t first, const void* data, std::int64_t count, std::uint64_t size);

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::map<std::string, std::uint64_t> places_;
};

}  // namespace corpuscope::model
