#include "model/tensor_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace corpuscope::model {
namespace {

[[noreturn]] void not_written(const std::filesystem::path& file, int code) {
  throw core::Error(fmt::format("{} cannot be written: {}.", file.string(), std::strerror(code)),
                    "Check the folder's permissions and the free space.");
}

}  // namespace

std::optional<std::uint64_t> bytes_of(const PlannedTensor& tensor) {
  std::uint64_t count = 1;
  for (const std::int64_t size : tensor.shape)
    if (__builtin_mul_overflow(count, std::uint64_t(size), &count)) return std::nullopt;
  return bytes_of(tensor.form, count);
}

TensorWriter::TensorWriter(std::filesystem::path file, const TensorPlan& plan) : file_(std::move(file)) {
  nlohmann::json header = nlohmann::json::object();
  std::uint64_t offset = 0;
  for (const NumberForm form : {NumberForm::f32, NumberForm::bf16, NumberForm::int8})
    for (const auto& [name, tensor] : plan) {
      if (tensor.form != form) continue;
      const std::uint64_t end = offset + bytes_of(tensor).value();
      header[name] = {{"dtype", model::name(form)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
      places_[name] = offset;
      offset = end;
    }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  for (auto& [name, place] : places_) place += 8 + text.size();
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) not_written(file_, errno);
  const std::uint64_t length = text.size();
  write(0, &length, 8);
  write(8, text.data(), text.size());
}

TensorWriter::~TensorWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void TensorWriter::write(std::uint64_t offset, const void* data, std::uint64_t bytes) {
  const auto* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t done = ::pwrite(descriptor_, from, std::size_t(std::min<std::uint64_t>(bytes, 1 << 30)), off_t(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) not_written(file_, done < 0 ? errno : ENOSPC);
    from += done;
    offset += std::uint64_t(done);
    bytes -= std::uint64_t(done);
  }
}

void TensorWriter::put_at(const std::string& name, std::int64_t first, const void* data, std::int64_t count,
                          std::uint64_t size) {
  write(places_.at(name) + std::uint64_t(first) * size, data, std::uint64_t(count) * size);
}

void TensorWriter::put(const std::string& name, std::int64_t first, const float* numbers, std::int64_t count) {
  put_at(name, first, numbers, count, 4);
}
void TensorWriter::put(const std::string& name, std::int64_t first, const compute::Bf16* numbers, std::int64_t count) {
  put_at(name, first, numbers, count, 2);
}
void TensorWriter::put(const std::string& name, std::int64_t first, const std::int8_t* numbers, std::int64_t count) {
  put_at(name, first, numbers, count, 1);
}

void TensorWriter::finish() {
  const bool failed = ::fsync(descriptor_) != 0;
  const int code = errno;
  const bool not_closed = ::close(descriptor_) != 0;
  descriptor_ = -1;
  if (failed || not_closed) not_written(file_, failed ? code : errno);
}

}  // namespace corpuscope::model
