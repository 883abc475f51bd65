#include "model/gguf.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "model/llama.h"

namespace corpuscope::model {
namespace {

enum ValueType : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

// ggml's numbers of the forms that can be read, and the names of those that cannot.
std::optional<NumberForm> form_of(std::uint32_t type) {
  switch (type) {
    case 0: return NumberForm::f32;
    case 1: return NumberForm::f16;
    case 2: return NumberForm::q4_0;
    case 8: return NumberForm::q8_0;
    case 12: return NumberForm::q4_k;
    case 13: return NumberForm::q5_k;
    case 14: return NumberForm::q6_k;
    case 30: return NumberForm::bf16;
    default: return std::nullopt;
  }
}

std::string name_of_type(std::uint32_t type) {
  constexpr const char* names[] = {"F32",    "F16",     "Q4_0",   "Q4_1", "Q4_2",  "Q4_3",  "Q5_0",  "Q5_1",
                                   "Q8_0",   "Q8_1",    "Q2_K",   "Q3_K", "Q4_K",  "Q5_K",  "Q6_K",  "Q8_K",
                                   "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS"};
  return type < std::size(names) ? names[type] : fmt::format("number {}", type);
}

// The bytes of the header, taken from the front.
class Source {
 public:
  Source(const std::filesystem::path& file, std::span<const std::byte> bytes) : file_(file), all_(bytes) {}

  std::uint64_t position() const { return at_; }
  std::uint64_t left() const { return all_.size() - at_; }

  template <typename Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
  }

  std::string text() {
    const auto size = number<std::uint64_t>();
    const std::byte* bytes = take(size);
    return {reinterpret_cast<const char*>(bytes), std::size_t(size)};
  }

  [[noreturn]] void damaged(const std::string& problem) const { damaged_checkpoint(file_, problem); }

 private:
  const std::byte* take(std::uint64_t bytes) {
    if (bytes > left()) damaged("its description is cut short or longer than 64 MB");
    const std::byte* from = all_.data() + at_;
    at_ += bytes;
    return from;
  }

  const std::filesystem::path& file_;
  std::span<const std::byte> all_;
  std::uint64_t at_ = 0;
};

std::int64_t whole(Source& source, std::uint32_t type) {
  switch (type) {
    case u8: return source.number<std::uint8_t>();
    case i8: return source.number<std::int8_t>();
    case u16: return source.number<std::uint16_t>();
    case i16: return source.number<std::int16_t>();
    case u32: return source.number<std::uint32_t>();
    case i32: return source.number<std::int32_t>();
    case u64: return std::int64_t(std::min<std::uint64_t>(source.number<std::uint64_t>(), INT64_MAX));
    default: return source.number<std::int64_t>();
  }
}

// At least one byte of the file for each item, so a short file cannot ask for a long list.
template <typename Item, typename Take>
std::vector<Item> items(Source& source, std::uint64_t count, const Take& take) {
  if (count > source.left()) source.damaged("a list of it is longer than the file");
  std::vector<Item> list;
  for (std::uint64_t i = 0; i < count; ++i) list.push_back(take());
  return list;
}

GgufValue list(Source& source) {
  const auto type = source.number<std::uint32_t>();
  const auto count = source.number<std::uint64_t>();
  switch (type) {
    case f32: return items<double>(source, count, [&] { return double(source.number<float>()); });
    case f64: return items<double>(source, count, [&] { return source.number<double>(); });
    case string: return items<std::string>(source, count, [&] { return source.text(); });
    case boolean: return items<std::int64_t>(source, count, [&] { return source.number<std::uint8_t>(); });
    case array: source.damaged("it holds lists of lists");
    default:
      if (type > f64) source.damaged("it holds a list of an unknown kind");
      return items<std::int64_t>(source, count, [&] { return whole(source, type); });
  }
}

// Who wrote 1e-5 as a float meant that, not 9.99999975e-06.
double as_written(float number) { return std::isfinite(number) ? std::stod(fmt::format("{}", number)) : number; }

GgufValue value(Source& source) {
  const auto type = source.number<std::uint32_t>();
  switch (type) {
    case f32: return as_written(source.number<float>());
    case f64: return source.number<double>();
    case boolean: return source.number<std::uint8_t>() != 0;
    case string: return source.text();
    case array: return list(source);
    default:
      if (type > f64) source.damaged("it holds a value of an unknown kind");
      return whole(source, type);
  }
}

// Its place counts from the start of the numbers, which is not known yet.
StoredTensor tensor(Source& source, const std::string& name) {
  StoredTensor tensor;
  const auto dimensions = source.number<std::uint32_t>();
  if (dimensions > 4) source.damaged(fmt::format("{} has {} dimensions", name, dimensions));
  std::uint64_t count = 1;
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const auto size = source.number<std::uint64_t>();
    if (size > std::uint64_t(INT64_MAX) || __builtin_mul_overflow(count, size, &count))
      source.damaged(fmt::format("the shape of {} is larger than any file", name));
    tensor.shape.insert(tensor.shape.begin(), std::int64_t(size));  // the file begins with the innermost
  }
  const auto type = source.number<std::uint32_t>();
  const auto form = form_of(type);
  if (!form)
    source.damaged(fmt::format("{} is kept as {}; F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K and Q6_K can be read", name,
                               name_of_type(type)));
  tensor.form = *form;
  const auto bytes = bytes_of(*form, count);
  const std::int64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
  if (!bytes || row % block_of(*form).numbers != 0)
    source.damaged(fmt::format("the shape of {} does not fit its form {}", name, model::name(*form)));
  tensor.count = std::int64_t(count);
  tensor.begin = source.number<std::uint64_t>();
  if (__builtin_add_overflow(tensor.begin, *bytes, &tensor.end))
    source.damaged(fmt::format("{} lies outside of the file", name));
  return tensor;
}

std::uint64_t alignment(const Source& source, const Gguf& gguf) {
  const auto found = gguf.values.find("general.alignment");
  if (found == gguf.values.end()) return 32;
  const auto* bytes = std::get_if<std::int64_t>(&found->second);
  if (!bytes || *bytes < 1 || *bytes > 1 << 20 || !std::has_single_bit(std::uint64_t(*bytes)))
    source.damaged("its alignment is no power of two up to 2^20");
  return std::uint64_t(*bytes);
}

}  // namespace

Gguf parse_gguf(const std::filesystem::path& file, std::span<const std::byte> head, std::uint64_t file_size) {
  Source source(file, head);
  if (head.size() < 24 || std::memcmp(head.data(), "GGUF", 4) != 0)
    damaged_checkpoint(file, "it does not begin as a GGUF file");
  source.number<std::uint32_t>();
  Gguf gguf;
  const auto version = source.number<std::uint32_t>();
  if (version != 2 && version != 3)
    refuse_checkpoint(file, fmt::format("it is of GGUF version {}", version),
                      "Versions 2 and 3 with little-endian numbers can be read: convert it again with a newer tool.");
  gguf.version = int(version);
  const auto tensors = source.number<std::uint64_t>(), values = source.number<std::uint64_t>();
  for (std::uint64_t i = 0; i < values; ++i) {
    std::string name = source.text();
    gguf.values[std::move(name)] = value(source);
  }
  for (std::uint64_t i = 0; i < tensors; ++i) {
    std::string name = source.text();
    StoredTensor one = tensor(source, name);
    if (!gguf.tensors.emplace(name, std::move(one)).second)
      source.damaged(fmt::format("it has the tensor {} twice", name));
  }
  const std::uint64_t step = alignment(source, gguf), start = (source.position() + step - 1) / step * step;
  for (auto& [name, one] : gguf.tensors) {
    if (start > file_size || one.end > file_size - start)
      damaged_checkpoint(file, fmt::format("{} lies outside of the file, which may have been cut short", name));
    one.begin += start;
    one.end += start;
  }
  return gguf;
}

}  // namespace corpuscope::model
