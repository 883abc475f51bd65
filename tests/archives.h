#pragma once
// Archives made in memory, for the tests of several rooms.

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace corpuscope::test {

using Members = std::vector<std::pair<std::string, std::string>>;  // path, bytes

namespace detail {

template <class Setup>
std::string archived(const Members& members, std::size_t room, Setup setup) {
  const std::unique_ptr<archive, decltype(&archive_write_free)> writer(archive_write_new(), archive_write_free);
  setup(writer.get());
  std::string bytes(room, '\0');
  std::size_t used = 0;
  archive_write_set_bytes_in_last_block(writer.get(), 1);
  if (archive_write_open_memory(writer.get(), bytes.data(), bytes.size(), &used) != ARCHIVE_OK)
    throw std::runtime_error(archive_error_string(writer.get()));
  for (const auto& [path, content] : members) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    archive_entry_set_pathname(entry.get(), path.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), la_int64_t(content.size()));
    if (archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK ||
        archive_write_data(writer.get(), content.data(), content.size()) < 0)
      throw std::runtime_error(archive_error_string(writer.get()));
  }
  archive_write_close(writer.get());
  bytes.resize(used);
  return bytes;
}

inline std::size_t room_for(const Members& members) {
  std::size_t room = 1 << 20;
  for (const auto& [path, content] : members) room += 2 * content.size() + 4 * path.size() + 2048;
  return room;
}

}  // namespace detail

inline std::string zip(const Members& members, bool stored = false) {
  return detail::archived(members, detail::room_for(members), [&](archive* writer) {
    archive_write_set_format_zip(writer);
    archive_write_set_options(writer, stored ? "zip:compression=store" : "zip:compression=deflate");
  });
}

inline std::string tar(const Members& members, int (*filter)(archive*) = archive_write_add_filter_none) {
  return detail::archived(members, detail::room_for(members), [&](archive* writer) {
    archive_write_set_format_pax_restricted(writer);
    filter(writer);
  });
}

// One file compressed by itself.
inline std::string compressed(const std::string& content, int (*filter)(archive*) = archive_write_add_filter_gzip) {
  return detail::archived({{"data", content}}, detail::room_for({{"", content}}), [&](archive* writer) {
    archive_write_set_format_raw(writer);
    filter(writer);
  });
}

}  // namespace corpuscope::test
