#pragma once
// The tensors that lie in a file, read piece by piece: a checkpoint may be larger than the memory.

#include <filesystem>
#include <map>
#include <string>

#include "model/stored_numbers.h"

namespace corpuscope::model {

using StoredTensors = std::map<std::string, StoredTensor>;

// Every tensor of a safetensors file, each known to lie inside of the file, none over another. Throws core::Error.
StoredTensors list_safetensors(const std::filesystem::path& file);

// Bytes of a file that another program may cut short while it is read: each read is checked.
class TensorFile {
 public:
  explicit TensorFile(std::filesystem::path file);  // throws core::Error
  ~TensorFile();
  TensorFile(const TensorFile&) = delete;
  TensorFile& operator=(const TensorFile&) = delete;

  const std::filesystem::path& path() const { return file_; }
  std::uint64_t size() const { return size_; }

  void read(std::uint64_t offset, std::uint64_t bytes, std::byte* to) const;

  // Numbers first .. first + count - 1 of the tensor, as float32; both are multiples of its block.
  void read(const StoredTensor& tensor, std::int64_t first, std::int64_t count, float* numbers) const;

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace corpuscope::model
