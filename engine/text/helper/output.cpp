#include "text/helper/output.h"

#include <unistd.h>

#include <cerrno>

namespace corpuscope::text {

void Output::put(RecordKind kind, const std::string& bytes) {
  const bool says_the_end = kind == RecordKind::error || kind == RecordKind::done;
  if (!says_the_end && written_ + std::int64_t(bytes.size()) > most_)
    throw std::runtime_error("unpacks to more than " + std::to_string(most_ >> 20) + " MiB");
  const auto record = packed({kind, bytes});
  for (std::size_t at = 0; at < record.size();) {
    const auto count = write(STDOUT_FILENO, record.data() + at, record.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw std::runtime_error("its text cannot be passed on");
    at += std::size_t(count);
  }
  written_ += std::int64_t(record.size());
}

}  // namespace corpuscope::text
