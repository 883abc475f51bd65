#include "text/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>

#include "core/error.h"
#include "text/shown_name.h"

namespace corpuscope::text {
namespace {

constexpr std::size_t piece = 64 << 10;

// libarchive turns names into the locale's encoding, and loses those that it cannot.
class Utf8Names {
 public:
  Utf8Names() : before_(uselocale(utf8())) {}
  ~Utf8Names() { uselocale(before_); }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  static locale_t utf8() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t(0));
    return locale;  // 0, where there is none, changes nothing
  }
  const locale_t before_;
};

bool is_zip(std::string_view bytes) { return bytes.starts_with("PK"); }

// How the member of a ZIP is packed where unpacking it takes as much memory as the archive says, up to four gigabytes:
// the library asks for all of it before the first byte.
std::string greedy_packing(archive* reader) {
  if ((archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_ZIP) return "";
  const std::string_view name = archive_format_name(reader);  // "ZIP 6.3 (lzma)"
  for (const char* packing : {"lzma", "xz", "ppmd"})
    if (name.find(packing) != name.npos) return packing;
  return "";
}

}  // namespace

struct ArchiveReader::Handle {
  std::unique_ptr<archive, decltype(&archive_read_free)> reader{archive_read_new(), archive_read_free};
  archive_entry* entry = nullptr;
};

void ArchiveReader::fail(int status) {
  can_go_on_ = status == ARCHIVE_WARN || status == ARCHIVE_FAILED;
  const char* said = archive_error_string(handle_->reader.get());
  throw core::Error("damaged" + (said ? " (" + shown_name(said) + ")" : ""));
}

ArchiveReader::ArchiveReader(std::string_view bytes, Allowance& allowance)
    : handle_(std::make_unique<Handle>()), allowance_(allowance) {
  const Utf8Names names;
  auto* reader = handle_->reader.get();
  if (!reader) throw std::bad_alloc();
  if (is_zip(bytes)) {
    archive_read_support_format_zip(reader);
  } else {
    // Not every filter and format that the library knows: each is a door for hostile bytes.
    archive_read_support_filter_gzip(reader);
    archive_read_support_filter_bzip2(reader);
    archive_read_support_filter_xz(reader);
    archive_read_support_filter_zstd(reader);
    archive_read_support_format_tar(reader);
    archive_read_support_format_raw(reader);
    archive_read_support_format_empty(reader);
  }
  if (const int status = archive_read_open_memory(reader, bytes.data(), bytes.size()); status != ARCHIVE_OK)
    fail(status);
}

ArchiveReader::~ArchiveReader() = default;

bool ArchiveReader::next() {
  const Utf8Names names;
  allowance_.poll();
  const int status = archive_read_next_header(handle_->reader.get(), &handle_->entry);
  if (status == ARCHIVE_EOF) return false;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail(status);
  // Compressed files inside each other are unpacked by the library at one go; one that only begins as if it were
  // compressed it takes for what is inside.
  const int layers = archive_filter_count(handle_->reader.get()) - 1;
  if (is_single() && layers < 1) throw core::Error("damaged");
  if (layers > allowance_.bounds().depth) throw allowance_.too_deep();
  return true;
}

bool ArchiveReader::is_single() const { return archive_format(handle_->reader.get()) == ARCHIVE_FORMAT_RAW; }

std::string ArchiveReader::path() const {
  const Utf8Names names;
  const char* path = archive_entry_pathname(handle_->entry);
  if (!path) path = archive_entry_pathname_utf8(handle_->entry);
  return path ? path : "";
}

bool ArchiveReader::is_folder() const { return archive_entry_filetype(handle_->entry) == AE_IFDIR; }

std::string ArchiveReader::unreadable() const {
  if (archive_entry_is_encrypted(handle_->entry)) return "encrypted";
  if (archive_entry_hardlink(handle_->entry) || archive_entry_symlink(handle_->entry)) return "a link";
  const auto type = archive_entry_filetype(handle_->entry);
  if (type != AE_IFREG && type != 0) return "not a file";
  const auto packing = greedy_packing(handle_->reader.get());
  return packing.empty() ? "" : "packed by " + packing + ", which may take any amount of memory; pack it by deflate";
}

std::string ArchiveReader::read(std::int64_t most) {
  std::string bytes;
  while (std::int64_t(bytes.size()) < most) {
    allowance_.poll();
    const auto before = bytes.size();
    const auto room = std::size_t(std::min<std::int64_t>(piece, most - std::int64_t(before)));
    bytes.resize(before + room);
    const auto count = archive_read_data(handle_->reader.get(), bytes.data() + before, room);
    if (count < 0) fail(int(count));
    bytes.resize(before + std::size_t(count));
    if (count == 0) break;
    allowance_.expand(count);
  }
  return bytes;
}

std::map<std::string, std::string> read_members(std::string_view bytes, Allowance& allowance,
                                                const std::function<bool(const std::string&)>& wanted) {
  std::map<std::string, std::string> members;
  for (ArchiveReader reader(bytes, allowance); reader.next();) {
    allowance.count_member();
    const auto path = reader.path();
    if (reader.is_folder() || members.contains(path) || !wanted(path)) continue;
    if (const auto reason = reader.unreadable(); !reason.empty()) throw core::Error(shown_name(path) + ": " + reason);
    members.emplace(path, reader.read());
  }
  return members;
}

}  // namespace corpuscope::text
