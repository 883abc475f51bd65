// libFuzzer's entry for config.json and model.safetensors.index.json: any bytes describe a model that can be kept as ours,
// or are refused as core::Error.
#include "core/error.h"
#include "fuzz/libfuzzer/checkpoint_input.h"
#include "fuzz/libfuzzer/seeded.h"
#include "model/checkpoint.h"

using namespace corpuscope;

namespace {

// A sound model of others, of which one file is put in anew each time.
const std::filesystem::path& folder() {
  static const test::TemporaryFolder all;
  static const std::filesystem::path made = [] {
    auto llama = fuzz::small_llama();
    test::write_hugging_face(all / "model", llama, {"F32"});
    return all / "model";
  }();
  return made;
}

void open_with(const char* file, const std::string& bytes) {
  static const std::string sound = test::read_file(folder() / "config.json");
  test::write_file(folder() / file, bytes);
  try {
    model::open_hugging_face(folder());
  } catch (const core::Error&) {
  }
  test::write_file(folder() / "config.json", sound);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    const model::Config config = model::parse_config(bytes);
    model::parameter_count(config);
    if (model::to_json(model::parse_config(model::to_json(config))) != model::to_json(config)) std::abort();
  } catch (const core::Error&) {
  }
  open_with("config.json", bytes);
  const auto weights = folder() / "model.safetensors", aside = folder() / "aside.safetensors";
  std::filesystem::rename(weights, aside);
  open_with("model.safetensors.index.json", bytes);
  std::filesystem::rename(aside, weights);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  static const std::vector<std::string> seeds = [] {
    auto llama = fuzz::small_llama();
    model::Config ours = model::open_hugging_face(folder()).config;
    return std::vector<std::string>{test::hugging_face_config(llama).dump(), model::to_json(ours),
                                    R"({"weight_map":{"lm_head.weight":"aside.safetensors"}})"};
  }();
  return fuzz::seed_or_mutation(seeds, data, size, most, seed);
}
