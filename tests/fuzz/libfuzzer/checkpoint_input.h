#pragma once
// What the fuzzers of checkpoints share: a small sound model, a file in memory, and a look at a tensor's numbers.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "model/checkpoint_files.h"
#include "model/tensor_file.h"

namespace corpuscope::fuzz {

class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(memfd_create("input", 0)) {
    if (descriptor_ < 0 || write(descriptor_, data, size) != ssize_t(size)) std::abort();
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

inline test::Llama small_llama() {
  test::Llama llama;
  llama.layers = llama.kv_heads = 1;
  llama.heads = 2;
  llama.ffn = 32;
  return llama.fill();
}

inline void read_beginning(const model::TensorFile& file, const model::StoredTensor& tensor) {
  const auto block = model::block_of(tensor.form).numbers;
  const auto count = std::min<std::int64_t>(tensor.count, 4096) / block * block;
  std::vector<float> numbers(std::size_t(count), 0);
  file.read(tensor, 0, count, numbers.data());
}

}  // namespace corpuscope::fuzz
