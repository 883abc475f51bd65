#pragma once
// Comparison with exact results in folders: attention (meta.json and raw arrays) and whole decoders (config.json,
// model.safetensors, tokens.bin, logits.bin, expected.json, gradients.safetensors).

#include <filesystem>
#include <string>
#include <vector>

namespace corpuscope::model::golden {

struct Comparison {
  std::string array;
  double error = 0;  // relative L2; absolute where the exact norm is under 1e-6
  double tolerance = 0;
  bool passed() const { return error <= tolerance; }  // false for NaN
};

// The folder itself where it is a case, else its case_* folders in order of name; throws core::Error where there is
// none.
enum class Kind { attention, model };
std::vector<std::filesystem::path> cases(const std::filesystem::path& folder, Kind kind);

// Every array of a case, computed and compared; causal cases also as streams. The tolerance of attention is 1e-5 (1e-4
// in cases named large_logits), that of models 1e-4.
std::vector<Comparison> check(const std::filesystem::path& folder, Kind kind);

}  // namespace corpuscope::model::golden
