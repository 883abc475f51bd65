#pragma once
// An archive (ZIP; tar, plain or compressed) holds many documents. Each has the archive's name before its own:
// "books.zip/poe/raven.txt", and an archive inside is walked into the same way: "all.tar.gz/books.zip/raven.txt".
//
// Kept: the members' bytes, in the archive's order. Names are only shown, never used as paths: "..", "." and empty
// steps are taken out of them, bytes that are no UTF-8 are shown as "\xFF". Bounds (allowance.h) hold for the file as
// a whole: depth, members, unpacked bytes, their ratio to the file, time.

#include <functional>
#include <string>
#include <string_view>

#include "text/allowance.h"

namespace corpuscope::text {

// Whether the file is to be read with read_archive. Of a compressed file it takes the first bytes of what is inside
// to know; where `bytes` are only the beginning of a file, the answer may be no for an archive. EPUB, DOCX and
// OpenDocument files are documents, and so is a compressed file that holds one text.
bool is_archive(std::string_view file_name, std::string_view bytes);

struct ArchiveReaders {
  // A member that is no archive itself; whether it holds text is not looked at. What it throws ends the reading.
  std::function<void(std::string name, std::string bytes)> document;
  // A member that cannot be read, or one line about the rest of an archive that is damaged or breaks a bound: what
  // came before stays read.
  std::function<void(std::string name, std::string reason)> skipped;
};

// Throws core::Error where the whole file is to be skipped: it is a bomb (its unpacked bytes break a bound, whatever
// was handed out before is to be dropped), or not one member came out of it.
void read_archive(std::string_view file_name, std::string_view bytes, Allowance& allowance,
                  const ArchiveReaders& readers);

}  // namespace corpuscope::text
