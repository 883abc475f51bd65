#include "text/archive.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "text/archive_reader.h"
#include "text/extract.h"
#include "text/known_formats.h"
#include "text/shown_name.h"

namespace corpuscope::text {
namespace {

constexpr std::size_t first_look = 512;  // a tar's signature is at 257

enum class Kind { none, archive, compressed };

Kind kind_of(std::string_view file_name, std::string_view bytes) {
  const auto name = known_format(file_name, bytes.substr(0, first_look)).name;
  if (name == "ZIP archive" || name == "tar archive") return Kind::archive;
  if (is_compressed(name)) return Kind::compressed;
  return Kind::none;
}

// "/a/../b//c" is "a/b/c".
std::string safe_path(std::string_view path) {
  std::string safe;
  while (!path.empty()) {
    const auto step = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), step.size() + 1));
    if (step.empty() || step == "." || step == "..") continue;
    if (!safe.empty()) safe += '/';
    safe += step;
  }
  return shown_name(safe);
}

class Walker {
 public:
  Walker(Allowance& allowance, const ArchiveReaders& readers) : allowance_(allowance), readers_(readers) {}

  void walk(const std::string& name, std::string_view bytes) {
    const Allowance::Layer layer(allowance_);
    ArchiveReader reader(bytes, allowance_);
    std::set<std::string> paths;
    for (std::int64_t members = 0;; ++members) {
      try {
        if (!reader.next()) {
          if (members == 0) throw core::Error("an archive without files");
          return;
        }
        if (members == 0 && reader.is_single()) return walk(name + "/" + without_ending(name), reader.read());
        allowance_.count_member();
        if (!reader.is_folder()) take(name, reader, paths);
      } catch (const core::Error& error) {
        if (members == 0 || allowance_.is_bomb()) throw;
        readers_.skipped(name, std::string(error.what()) + "; what stands before is read");
        return;
      }
    }
  }

 private:
  void take(const std::string& archive, ArchiveReader& reader, std::set<std::string>& paths) {
    const auto path = safe_path(reader.path());
    const auto name = archive + "/" + path;
    if (path.empty()) return readers_.skipped(archive + "/?", "a member without a name");
    if (!paths.insert(path).second) return readers_.skipped(name, "another member of the archive has the same name");
    if (const auto reason = reader.unreadable(); !reason.empty()) return readers_.skipped(name, reason);
    std::string bytes;
    try {
      bytes = reader.read(first_look);
      if (const auto reason = refused_at_sight(name, bytes); !reason.empty()) return readers_.skipped(name, reason);
      bytes += reader.read();
      if (is_archive(name, bytes)) return walk(name, bytes);
    } catch (const core::Error& error) {
      if (allowance_.is_used_up() || !reader.can_go_on()) throw;
      return readers_.skipped(name, error.what());
    }
    readers_.document(name, std::move(bytes));
  }

  Allowance& allowance_;
  const ArchiveReaders& readers_;
};

}  // namespace

bool is_archive(std::string_view file_name, std::string_view bytes) {
  const auto kind = kind_of(file_name, bytes);
  if (kind != Kind::compressed) return kind == Kind::archive;
  try {
    Allowance allowance(std::int64_t(bytes.size()));
    ArchiveReader reader(bytes, allowance);
    if (!reader.next()) return false;
    return !reader.is_single() || kind_of(without_ending(file_name), reader.read(first_look)) == Kind::archive;
  } catch (const core::Error&) {
    return false;
  }
}

void read_archive(std::string_view file_name, std::string_view bytes, Allowance& allowance,
                  const ArchiveReaders& readers) {
  Walker(allowance, readers).walk(std::string(file_name), bytes);
}

}  // namespace corpuscope::text
