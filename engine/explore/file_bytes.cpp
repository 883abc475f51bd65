#include "explore/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace corpuscope::explore {
namespace {

[[noreturn]] void fail(int code) {
  throw core::Error(code == EACCES || code == EPERM ? "no permission" : "cannot be read: " + std::string(std::strerror(code)));
}

}  // namespace

File::File(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe that took the file's place would wait for its other end.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor_ < 0) fail(errno);
  struct stat status;
  const int failed = ::fstat(descriptor_, &status);
  if (failed != 0 || !S_ISREG(status.st_mode)) {
    const int code = errno;
    ::close(descriptor_);
    if (failed != 0) fail(code);
    throw core::Error("is no regular file any longer");
  }
  size_ = status.st_size;
  modified_ns_ = std::int64_t(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

File::~File() { ::close(descriptor_); }

void File::read(std::string& bytes, std::int64_t most, const std::function<void()>& poll) {
  constexpr std::int64_t step = 4 << 20;
  while (most > 0) {
    poll();
    const auto before = bytes.size();
    const auto wanted = std::size_t(std::min(most, step));
    bytes.resize(before + wanted);
    const auto got = ::read(descriptor_, bytes.data() + before, wanted);
    const int code = errno;
    bytes.resize(before + std::size_t(std::max<ssize_t>(got, 0)));
    if (got == 0) return;
    if (got < 0 && code != EINTR) fail(code);
    most -= std::max<ssize_t>(got, 0);
  }
}

std::string hash_of_bytes(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  char hexadecimal[33];
  std::snprintf(hexadecimal, sizeof hexadecimal, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return hexadecimal;
}

}  // namespace corpuscope::explore
