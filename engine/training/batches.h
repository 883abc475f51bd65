#pragma once
// Where training takes its windows of tokens from: texts of several kinds, each kind with its share.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tokens/tokenizer.h"

namespace corpuscope::training {

// The files of a list (one path a line) as one sequence, a separator behind each.
struct Texts {
  std::string name;
  std::vector<std::int32_t> tokens;
  std::int64_t bytes = 0;  // of UTF-8 text that the tokens stand for
  double share = 1;        // of the windows that are drawn
};

// Files that are no text are left out, and counted in `skipped` where it is given.
// Throws core::Error where the list cannot be read or holds no text.
Texts load_texts(const std::string& name, const std::filesystem::path& list, const tokens::Tokenizer& tokenizer,
                 std::int64_t* skipped = nullptr);

// Windows drawn at random. The k-th window depends on the seed and k alone, so that a resumed training sees exactly
// what an undisturbed one sees.
class Batches {
 public:
  // Throws core::Error where a kind of text is shorter than a window.
  Batches(std::vector<Texts> kinds, std::int64_t length, std::uint64_t seed);

  std::span<const std::int32_t> window(std::int64_t k) const;

 private:
  std::vector<Texts> kinds_;
  std::int64_t length_;
  std::uint64_t seed_;
  double shares_ = 0;
};

}  // namespace corpuscope::training
