#pragma once
// The GGUF format, versions 2 and 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): "GGUF", version,
// numbers of tensors and of values, the values by name, the tensors' names, shapes and places, the numbers.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "model/tensor_file.h"

namespace corpuscope::model {

// Whole numbers of all sizes, floating-point ones, truth values, strings, and lists of them.
using GgufValue = std::variant<std::int64_t, double, bool, std::string, std::vector<std::int64_t>, std::vector<double>,
                               std::vector<std::string>>;

struct Gguf {
  int version = 0;
  std::map<std::string, GgufValue> values;
  StoredTensors tensors;  // each lies inside of the file
};

// No file's description is longer: vocabularies of 250,000 pieces take a tenth of it.
inline constexpr std::uint64_t longest_gguf_header = 64 << 20;

// From the first bytes of a file of `file_size`: all of it, or the longest header. `file` names it in errors. Throws
// core::Error; whatever the bytes, they lead to no read out of bounds and to no more memory than some times their size.
Gguf parse_gguf(const std::filesystem::path& file, std::span<const std::byte> head, std::uint64_t file_size);

}  // namespace corpuscope::model
