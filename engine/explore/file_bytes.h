#pragma once
// The bytes of a file that anybody may change, replace or lock while it is read.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace corpuscope::explore {

// A regular file, opened for reading. Throws core::Error with the reason alone ("no permission", ...), which becomes
// an entry among the skipped files.
class File {
 public:
  explicit File(const std::filesystem::path& path);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::int64_t size() const { return size_; }
  std::int64_t modified_ns() const { return modified_ns_; }  // from before the first byte was read

  // Appends up to `most` further bytes; less only at the end.
  void read(std::string& bytes, std::int64_t most, const std::function<void()>& poll);

 private:
  int descriptor_ = -1;
  std::int64_t size_ = 0, modified_ns_ = 0;
};

std::string hash_of_bytes(std::string_view bytes);  // hexadecimal

}  // namespace corpuscope::explore
