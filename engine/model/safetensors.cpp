// The safetensors format: 8 bytes little-endian length of a JSON header, the header, the numbers.
// Header: name -> {dtype, shape, data_offsets [begin, end) in the part behind the header}; "__metadata__" is free.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.h"
#include "model/tensor_file.h"
#include "model/weights.h"

namespace corpuscope::model {
namespace {

static_assert(std::endian::native == std::endian::little, "the numbers of the file are little-endian");

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t largest_header = 100'000'000;

[[noreturn]] void damaged(const fs::path& file, const std::string& problem) {
  throw core::Error(fmt::format("{} cannot be read as safetensors: {}.", file.string(), problem),
                    "The file is damaged or of another kind: fetch or write it again.");
}

struct Entry : StoredTensor {
  std::string name;
};

std::optional<NumberForm> form_of(const std::string& type) {
  for (const NumberForm form : {NumberForm::f32, NumberForm::f16, NumberForm::bf16, NumberForm::int8})
    if (type == name(form)) return form;
  return std::nullopt;
}

// Stops parsing where the nesting gets deeper than any honest header's, before the parser's stack does.
Json parse_header(const fs::path& file, const std::string& text) {
  bool too_deep = false;
  const Json header = Json::parse(
      text,
      [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > 8;
        return !too_deep;
      },
      false);
  if (header.is_discarded() || too_deep) damaged(file, "its header is not JSON");
  if (!header.is_object()) damaged(file, "its header is not an object");
  return header;
}

// A non-negative number of a JSON list.
std::uint64_t whole(const fs::path& file, const std::string& name, const Json& value) {
  if (!value.is_number_unsigned())
    damaged(file, fmt::format("{} has a size or offset that is no whole number", name));
  return value.get<std::uint64_t>();
}

Entry parse_entry(const fs::path& file, const std::string& name, const Json& value, std::uint64_t data_bytes) {
  if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") || !value.contains("data_offsets"))
    damaged(file, fmt::format("{} lacks dtype, shape or data_offsets", name));
  Entry entry;
  entry.name = name;
  if (!value["dtype"].is_string()) damaged(file, fmt::format("the dtype of {} is not a string", name));
  const std::string type = value["dtype"].get<std::string>();
  const auto form = form_of(type);
  if (!form) damaged(file, fmt::format("{} is of type {}; F32, F16, BF16 and I8 can be read", name, type));
  entry.form = *form;
  const Json &shape = value["shape"], &offsets = value["data_offsets"];
  if (!shape.is_array() || shape.size() > 16 || !offsets.is_array() || offsets.size() != 2)
    damaged(file, fmt::format("the shape or the offsets of {} are not lists of numbers", name));
  entry.begin = whole(file, name, offsets[0]);
  entry.end = whole(file, name, offsets[1]);
  if (entry.begin > entry.end || entry.end > data_bytes)
    damaged(file, fmt::format("{} lies outside of the file", name));
  std::uint64_t count = 1;
  for (const Json& item : shape) {
    const std::uint64_t length = whole(file, name, item);
    if (length > std::uint64_t(INT64_MAX) || __builtin_mul_overflow(count, length, &count))
      damaged(file, fmt::format("the shape of {} is larger than any file", name));
    entry.shape.push_back(std::int64_t(length));
  }
  if (count > data_bytes || entry.end - entry.begin != bytes_of(*form, count))
    damaged(file, fmt::format("the offsets of {} do not fit its shape", name));
  entry.count = std::int64_t(count);
  return entry;
}

// Each tensor has bytes of its own, so a small file cannot ask for more memory than four times its size.
std::vector<Entry> parse_entries(const fs::path& file, const Json& header, std::uint64_t data_bytes) {
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items())
    if (name != "__metadata__") entries.push_back(parse_entry(file, name, value, data_bytes));
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (entries[i].begin < entries[i - 1].end)
      damaged(file, fmt::format("{} and {} overlap", entries[i - 1].name, entries[i].name));
  return entries;
}

std::string header_of(const Tensors& tensors) {
  Json header = Json::object();
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::uint64_t end = offset + tensor.data.size() * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // the numbers begin at a multiple of 8
  return text;
}

[[noreturn]] void not_written(const fs::path& file, const std::string& why) {
  throw core::Error(fmt::format("{} cannot be written: {}.", file.string(), why),
                    "Check the folder's permissions and the free space.");
}

void sync(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags);
  const bool failed = descriptor < 0 || ::fsync(descriptor) != 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (failed) not_written(path, std::strerror(error));
}

}  // namespace

StoredTensors list_safetensors(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error))
    throw core::Error(fmt::format("{} is not there.", file.string()), "Choose a folder that holds a model.");
  const TensorFile in(file);
  std::uint64_t header_bytes = 0;
  if (in.size() < 8) damaged(file, "it is shorter than 8 bytes");
  in.read(0, 8, reinterpret_cast<std::byte*>(&header_bytes));
  if (header_bytes > largest_header || header_bytes > in.size() - 8)
    damaged(file, "its header is longer than the file");
  std::string header(header_bytes, '\0');
  in.read(8, header_bytes, reinterpret_cast<std::byte*>(header.data()));
  const std::uint64_t data_start = 8 + header_bytes;
  StoredTensors tensors;
  for (Entry& entry : parse_entries(file, parse_header(file, header), in.size() - data_start)) {
    entry.begin += data_start;
    entry.end += data_start;
    tensors[entry.name] = std::move(entry);
  }
  return tensors;
}

Tensors read_safetensors(const fs::path& file) {
  const StoredTensors stored = list_safetensors(file);
  const TensorFile in(file);
  Tensors tensors;
  for (const auto& [name, tensor] : stored) {
    if (tensor.form == NumberForm::int8)
      damaged(file, fmt::format("{} is of type I8, whose scales lie elsewhere; F32, F16 and BF16 can be read", name));
    std::vector<float>& numbers = (tensors[name] = {tensor.shape, {}}).data;
    numbers.resize(std::size_t(tensor.count));
    constexpr std::int64_t step = 1 << 20;
    for (std::int64_t first = 0; first < tensor.count; first += step)
      in.read(tensor, first, std::min(step, tensor.count - first), numbers.data() + first);
  }
  return tensors;
}

void write_safetensors(const fs::path& file, const Tensors& tensors) {
  const fs::path beside = file.string() + ".part";
  const std::string header = header_of(tensors);
  const std::uint64_t header_bytes = header.size();
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(&header_bytes), 8);
  out.write(header.data(), std::streamsize(header.size()));
  for (const auto& [name, tensor] : tensors)
    out.write(reinterpret_cast<const char*>(tensor.data.data()), std::streamsize(tensor.data.size() * sizeof(float)));
  out.close();
  if (!out) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    not_written(file, "the disk is full or the folder is read-only");
  }
  sync(beside, O_RDONLY);
  std::error_code error;
  fs::rename(beside, file, error);
  if (error) not_written(file, error.message());
  sync(file.parent_path().empty() ? "." : file.parent_path(), O_RDONLY | O_DIRECTORY);
}

}  // namespace corpuscope::model
