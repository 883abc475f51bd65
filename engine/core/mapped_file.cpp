#include "core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace corpuscope::core {

MappedFile::MappedFile(const std::filesystem::path& file) {
  const auto fail = [&file](int code) {
    throw Error(file.string() + " cannot be opened: " + std::strerror(code) + ".", "Check the file and its permissions.");
  };
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) fail(errno);
  struct stat status;
  int code = ::fstat(descriptor, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : EINVAL;
  if (code == 0 && status.st_size > 0) {
    void* mapped = ::mmap(nullptr, std::size_t(status.st_size), PROT_READ, MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED) {
      code = errno;
    } else {
      data_ = static_cast<const std::byte*>(mapped);
      size_ = std::size_t(status.st_size);
    }
  }
  ::close(descriptor);
  if (code != 0) fail(code);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace corpuscope::core
