#pragma once
// The forms in which files keep the numbers of a tensor. The block forms are ggml's: 32 or 256 neighbouring numbers of
// a row share a scale of 16 bits (and, in the K forms, sub-scales).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace corpuscope::model {

enum class NumberForm { f32, f16, bf16, int8, q8_0, q4_0, q4_k, q5_k, q6_k };

struct FormSize {
  std::int64_t numbers = 1;  // of a block
  std::int64_t bytes = 4;
};

FormSize block_of(NumberForm form);
std::string name(NumberForm form);

// Bytes of `count` numbers; none where they are no whole number of blocks or more than any file has.
std::optional<std::uint64_t> bytes_of(NumberForm form, std::uint64_t count);

// `count` is a multiple of the block's numbers. int8 becomes whole numbers: its scales lie elsewhere.
void to_float(NumberForm form, const std::byte* stored, std::int64_t count, float* numbers);

// A tensor in a file, row-major.
struct StoredTensor {
  NumberForm form = NumberForm::f32;
  std::vector<std::int64_t> shape;
  std::int64_t count = 0;
  std::uint64_t begin = 0, end = 0;  // bytes of the file
};

}  // namespace corpuscope::model
