// libFuzzer's entry for safetensors: any bytes are tensors whose numbers can be read, or refused as core::Error.
#include "core/error.h"
#include "fuzz/libfuzzer/checkpoint_input.h"
#include "fuzz/libfuzzer/seeded.h"

using namespace corpuscope;

namespace {

// Half of the tensors in one form, half in another.
std::string sound_file(const std::string& one, const std::string& other) {
  auto llama = fuzz::small_llama();
  std::vector<std::pair<std::string, std::string>> tensors;
  std::map<std::string, std::string> form_of;
  for (auto& [name, numbers] : llama.weights) {
    form_of[name] = tensors.size() % 2 ? one : other;
    tensors.emplace_back(name, test::stored(form_of[name], numbers));
  }
  return test::safetensors(tensors, llama, [&](const std::string& name) { return form_of[name]; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  try {
    const model::TensorFile numbers(file.path());
    for (const auto& [name, tensor] : model::list_safetensors(file.path())) fuzz::read_beginning(numbers, tensor);
  } catch (const core::Error&) {
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  static const std::vector<std::string> seeds{sound_file("F32", "F16"), sound_file("BF16", "F32")};
  return fuzz::seed_or_mutation(seeds, data, size, most, seed);
}
