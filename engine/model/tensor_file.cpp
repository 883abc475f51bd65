#include "model/tensor_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/error.h"

namespace corpuscope::model {

TensorFile::TensorFile(std::filesystem::path file) : file_(std::move(file)) {
  const auto fail = [this](const std::string& why) {
    throw core::Error(fmt::format("{} cannot be opened: {}.", file_.string(), why),
                      "Check the path and the file's permissions.");
  };
  // Without O_NONBLOCK a pipe would wait for its other end.
  descriptor_ = ::open(file_.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor_ < 0) fail(std::strerror(errno));
  struct stat status;
  const int failed = ::fstat(descriptor_, &status);
  if (failed != 0 || !S_ISREG(status.st_mode)) {
    const int code = errno;
    ::close(descriptor_);
    fail(failed != 0 ? std::strerror(code) : "it is no regular file");
  }
  size_ = std::uint64_t(status.st_size);
}

TensorFile::~TensorFile() { ::close(descriptor_); }

void TensorFile::read(std::uint64_t offset, std::uint64_t bytes, std::byte* to) const {
  while (bytes > 0) {
    const ssize_t got = ::pread(descriptor_, to, std::size_t(std::min<std::uint64_t>(bytes, 1 << 30)), off_t(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      throw core::Error(
          fmt::format("{} cannot be read whole: {}.", file_.string(), got < 0 ? std::strerror(errno) : "it ends early"),
          "Fetch the file again, and let nothing write to it meanwhile.");
    offset += std::uint64_t(got);
    bytes -= std::uint64_t(got);
    to += got;
  }
}

void TensorFile::read(const StoredTensor& tensor, std::int64_t first, std::int64_t count, float* numbers) const {
  const auto block = block_of(tensor.form);
  const std::uint64_t offset = tensor.begin + std::uint64_t(first / block.numbers * block.bytes);
  if (tensor.form == NumberForm::f32)
    return read(offset, std::uint64_t(count) * 4, reinterpret_cast<std::byte*>(numbers));
  std::vector<std::byte> stored(std::size_t(count / block.numbers * block.bytes));
  read(offset, stored.size(), stored.data());
  to_float(tensor.form, stored.data(), count, numbers);
}

}  // namespace corpuscope::model
