#include "model/import.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <vector>

#include "compute/bf16.h"
#include "compute/weight.h"
#include "core/error.h"
#include "model/stored_weights.h"
#include "model/tensor_writer.h"
#include "model/weights.h"
#include "tokens/tokenizer.h"
#include "tokens/vocabulary.h"

namespace corpuscope::model {
namespace {

namespace fs = std::filesystem;
using Shape = std::vector<std::int64_t>;

NumberForm form_of(const Shape& shape, WeightForm form) {
  if (shape.size() != 2 || form == WeightForm::float32) return NumberForm::f32;
  return form == WeightForm::bf16 ? NumberForm::bf16 : NumberForm::int8;
}

// The tensors of the file, scales among them.
TensorPlan plan_of(const Config& config, WeightForm form) {
  TensorPlan plan;
  for (const auto& [name, shape] : weight_shapes(config)) {
    const NumberForm numbers = form_of(shape, form);
    plan[name] = {numbers, shape};
    if (numbers == NumberForm::int8) plan[scales_of(name)] = {NumberForm::f32, {shape[0]}};
  }
  return plan;
}

// Row j of a head in the `half` layout, where pair i is (i, i + D/2), is row 2i or 2i + 1 in the `interleaved` one.
std::int64_t row_of_interleaved(std::int64_t row, std::int64_t head_dim) {
  const std::int64_t half = head_dim / 2;
  return row < half ? 2 * row : 2 * (row - half) + 1;
}

class Importer {
 public:
  Importer(const Checkpoint& checkpoint, WeightForm form, TensorWriter& writer, core::Job& job)
      : checkpoint_(checkpoint), form_(form), writer_(writer), job_(job) {}

  void write_all() {
    std::int64_t numbers = 0;
    for (const auto& [name, weight] : checkpoint_.weights) numbers += weight.tensor.count;
    job_.begin("importing the weights", "numbers", numbers);
    for (const auto& [name, weight] : checkpoint_.weights) write(name, weight);
  }

 private:
  void write(const std::string& name, const CheckpointWeight& weight) {
    const Shape& shape = weight.tensor.shape;
    const std::int64_t width = shape.back(), rows = weight.tensor.count / width;
    // Some megabytes at a time; whole heads, where their rows change places.
    const std::int64_t unit = weight.interleaved_heads ? checkpoint_.config.head_dim : 1;
    const std::int64_t step = std::max<std::int64_t>(1, (1 << 21) / width / unit) * unit;
    for (std::int64_t first = 0; first < rows; first += step) {
      job_.poll();
      const std::int64_t count = std::min(step, rows - first);
      numbers_.resize(std::size_t(count * width));
      weight.file->read(weight.tensor, first * width, count * width, numbers_.data());
      check(name, *weight.file);
      if (weight.interleaved_heads) part_pairs(count, width);
      put(name, form_of(shape, form_), first, count, width);
      job_.advance(count * width);
    }
  }

  void check(const std::string& name, const TensorFile& file) const {
    for (const float number : numbers_)
      if (!std::isfinite(number))
        throw core::Error(fmt::format("{} cannot be used: the weight {} holds a number that is not finite.",
                                      file.path().string(), name),
                          "The file is damaged: fetch it again.");
  }

  void part_pairs(std::int64_t rows, std::int64_t width) {
    const std::int64_t head_dim = checkpoint_.config.head_dim;
    const std::vector<float> pairs = numbers_;
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t from = row / head_dim * head_dim + row_of_interleaved(row % head_dim, head_dim);
      std::copy_n(pairs.begin() + from * width, width, numbers_.begin() + row * width);
    }
  }

  void put(const std::string& name, NumberForm form, std::int64_t first, std::int64_t rows, std::int64_t width) {
    const std::int64_t count = rows * width;
    if (form == NumberForm::f32) {
      writer_.put(name, first * width, numbers_.data(), count);
    } else if (form == NumberForm::bf16) {
      bf16_.resize(numbers_.size());
      std::transform(numbers_.begin(), numbers_.end(), bf16_.begin(), compute::to_bf16);
      writer_.put(name, first * width, bf16_.data(), count);
    } else {
      int8_.resize(numbers_.size());
      std::vector<float> scales(static_cast<std::size_t>(rows));
      for (std::int64_t row = 0; row < rows; ++row)
        scales[std::size_t(row)] =
            compute::quantise_row(numbers_.data() + row * width, width, int8_.data() + row * width);
      writer_.put(name, first * width, int8_.data(), count);
      writer_.put(scales_of(name), first, scales.data(), rows);
    }
  }

  const Checkpoint& checkpoint_;
  const WeightForm form_;
  TensorWriter& writer_;
  core::Job& job_;
  std::vector<float> numbers_;
  std::vector<compute::Bf16> bf16_;
  std::vector<std::int8_t> int8_;
};

void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), std::streamsize(bytes.size()));
  out.close();
  if (!out)
    throw core::Error(fmt::format("{} cannot be written.", file.string()),
                      "Check the folder's permissions and the free space.");
}

// The tokenizer in the form that loses nothing; refused where the engine could not use it.
std::string tokenizer_of(const Checkpoint& checkpoint) {
  std::string bytes = tokens::lossless(checkpoint.tokenizer);
  const auto tokenizer = tokens::Tokenizer::from_bytes(bytes);
  if (tokenizer.size() > checkpoint.config.vocab_size)
    throw core::Error(fmt::format("The model's tokenizer has {} tokens, but the model knows {}.", tokenizer.size(),
                                  checkpoint.config.vocab_size),
                      "Fetch the tokenizer that belongs to the model.");
  return bytes;
}

void require_space(const fs::path& folder, std::int64_t bytes) {
  std::error_code error;
  const auto space = fs::space(folder, error);
  if (!error && space.available < std::uint64_t(bytes))
    throw core::Error(fmt::format("The model takes {} MB, and {} has {} MB free.", bytes / 1'000'000 + 1,
                                  folder.string(), space.available / 1'000'000),
                      "Free some space, or choose a shorter form of the weights.");
}

// A folder beside the target that is gone at the end unless it became the target.
class Draft {
 public:
  explicit Draft(const fs::path& target) : target_(target), path_(target.string() + fmt::format(".part{}", getpid())) {
    std::error_code error;
    if (fs::exists(target, error))
      throw core::Error(fmt::format("{} is there already.", target.string()), "Choose another name, or remove it.");
    fs::create_directories(target.parent_path().empty() ? "." : target.parent_path(), error);
    if (!error) fs::create_directory(path_, error);
    if (error)
      throw core::Error(fmt::format("{} cannot be made: {}.", path_.string(), error.message()),
                        "Check the folder's permissions.");
  }
  ~Draft() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const fs::path& path() const { return path_; }

  void keep() const {
    std::error_code error;
    fs::rename(path_, target_, error);
    if (error)
      throw core::Error(fmt::format("{} cannot be made: {}.", target_.string(), error.message()),
                        "Choose another name.");
  }

 private:
  fs::path target_, path_;
};

}  // namespace

std::int64_t weight_bytes(const Config& config, WeightForm form) {
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : plan_of(config, form)) bytes += std::int64_t(bytes_of(tensor).value_or(0));
  return bytes;
}

void import_checkpoint(const Checkpoint& checkpoint, const fs::path& target, WeightForm form, core::Job& job) {
  const std::string tokenizer = tokenizer_of(checkpoint);
  const Draft draft(target);
  require_space(draft.path(), weight_bytes(checkpoint.config, form));
  write_file(draft.path() / "config.json", to_json(checkpoint.config));
  write_file(draft.path() / "tokenizer.model", tokenizer);
  TensorWriter writer(draft.path() / "model.safetensors", plan_of(checkpoint.config, form));
  Importer(checkpoint, form, writer, job).write_all();
  writer.finish();
  draft.keep();
}

}  // namespace corpuscope::model
