#pragma once
// ZIP, tar and compressed files by libarchive, from bytes in memory. Nothing is ever written to a disk.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "text/allowance.h"

namespace corpuscope::text {

class ArchiveReader {
 public:
  // `bytes`, which must outlive this, begin as a ZIP, a tar, or a gzip, bzip2, xz or Zstandard file; the latter may
  // hold a tar. Throws core::Error where they are nothing of the kind.
  ArchiveReader(std::string_view bytes, Allowance& allowance);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // Goes to the next member; false behind the last. Throws core::Error where the archive is damaged.
  bool next();

  bool is_single() const;    // not a member of an archive but what a compressed file holds
  std::string path() const;  // as written in the archive: any bytes
  bool is_folder() const;
  std::string unreadable() const;  // why this member cannot be read ("encrypted", "a link", ...); "" where it can

  // The current member's bytes, at most `most` of them. Throws core::Error where it is damaged or breaks a bound.
  std::string read(std::int64_t most = INT64_MAX);
  bool can_go_on() const { return can_go_on_; }  // after a damaged member: the next one may be sound

 private:
  struct Handle;
  [[noreturn]] void fail(int status);

  std::unique_ptr<Handle> handle_;
  Allowance& allowance_;
  bool can_go_on_ = true;
};

// The members of a document that is a ZIP underneath (EPUB, DOCX, OpenDocument) whose paths are `wanted`; of two with
// the same path the first.
std::map<std::string, std::string> read_members(std::string_view bytes, Allowance& allowance,
                                                const std::function<bool(const std::string& path)>& wanted);

}  // namespace corpuscope::text
