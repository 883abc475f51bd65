#pragma once
// Small decoders for the GPU's tests, what they may be off by, and groups of GPUs.

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "compute/bf16.h"
#include "core/error.h"
#include "model/cuda/streaming.h"
#include "model/decoder.h"

#ifdef CORPUSCOPE_EMULATED
#include "emulated_compute/group.h"
#include "emulated_compute/runtime.h"
#else
#include "gpu_group.h"
#endif

namespace corpuscope::gpu_test {

using model::cuda::Numbers;
using Connect = std::function<std::unique_ptr<parallel::DeviceCollective>()>;  // see on_gpus

// `exact` is that of whole models beside exact results: to round the golden cases' weights to bf16, and nothing else,
// already moves the logits by up to 1.2e-2.
struct Tolerance {
  const char* name;
  Numbers numbers;
  double outputs, gradients, exact;
};
inline constexpr Tolerance tolerances[] = {{"float32", Numbers::float32, 1e-3, 1e-3, 1e-3},
                                           {"bf16", Numbers::bf16, 1e-2, 2e-2, 2e-2}};

inline std::string kind_of(const Tolerance& tolerance, const char* what) {
  return std::string(tolerance.name) + " " + what;
}

template <typename Number>
std::vector<Number> read_numbers(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(Number));
  return numbers;
}

inline model::Config small_config(model::Position position = model::Position::rope) {
  model::Config config;
  config.vocab_size = 131;
  config.hidden_size = 48;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 16;
  config.ffn_size = 72;
  config.position = position;
  config.attention.levels = {{16, 1}, {64, 4}, {256, 16}};
  config.attention.staggered = true;
  return config;
}

inline std::vector<std::int32_t> random_tokens(const model::Config& config, std::size_t count, unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<std::int32_t> tokens(count);
  for (auto& token : tokens) token = std::int32_t(random() % unsigned(config.vocab_size));
  return tokens;
}

// Larger than those that training begins with, so that the attention has something to say.
inline model::Tensors lively_weights(const model::Config& config) {
  model::Tensors weights = model::initial_weights(config, 7);
  for (auto& [name, tensor] : weights)
    if (tensor.shape.size() > 1)
      for (float& number : tensor.data) number *= 5;
  return weights;
}

// The processor's decoder with the weights that the GPU multiplies.
inline model::Decoder twin_of(const model::Decoder& decoder, const Tolerance& tolerance) {
  model::Tensors weights = decoder.weights();
  if (tolerance.numbers == Numbers::bf16)
    for (auto& [name, tensor] : weights)
      if (tensor.shape.size() > 1)
        for (float& number : tensor.data) number = compute::to_float(compute::to_bf16(number));
  return {decoder.config(), std::move(weights)};
}

inline bool is_refused(const std::function<void()>& work, const std::string& word) {
  try {
    work();
  } catch (const core::Error& error) {
    return std::string(error.what()).find(word) != std::string::npos && !error.remedy().empty();
  }
  return false;
}

// The stream (reading.cpp).
void check_reading(Checks& checks);
void check_reading(Checks& checks, const Tolerance& tolerance);

}  // namespace corpuscope::gpu_test
