// libFuzzer's entry for GGUF: any bytes are a model's sizes, vocabulary and numbers, or refused as core::Error.
#include "core/error.h"
#include "fuzz/libfuzzer/checkpoint_input.h"
#include "fuzz/libfuzzer/seeded.h"
#include "model/checkpoint.h"

using namespace corpuscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  try {
    for (const auto& [name, weight] : model::open_gguf(file.path()).weights)
      fuzz::read_beginning(*weight.file, weight.tensor);
  } catch (const core::Error&) {
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  static const auto seeds = [] {
    std::vector<std::string> all;
    for (const std::string form : {"F32", "F16", "BF16", "Q8_0", "Q4_0"}) {
      auto llama = fuzz::small_llama();
      all.push_back(test::gguf(llama, form));
    }
    return all;
  }();
  return fuzz::seed_or_mutation(seeds, data, size, most, seed);
}
