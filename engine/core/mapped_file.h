#pragma once
// A file's bytes in memory without a copy: pages come when they are read, and the system may drop them again.

#include <cstddef>
#include <filesystem>
#include <span>

namespace corpuscope::core {

class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& file);  // throws core::Error
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace corpuscope::core
