#pragma once
// Formats told by how their bytes begin, none of which is plain text.

#include <string>
#include <string_view>

namespace corpuscope::text {

struct KnownFormat {
  std::string name;       // "PDF"; empty: not known
  bool has_text = false;  // a document or an archive, which a person would expect to be read
};

// Names that begin with bytes which no text begins with.
KnownFormat known_format(std::string_view file_name, std::string_view first_bytes);

// For bytes already known to be binary: formats whose first bytes could be words as well.
std::string binary_format_name(std::string_view first_bytes);

// "gz" of "Dir.d/a.TXT.GZ": lower case, nothing where the name has none.
std::string name_ending(std::string_view file_name);

bool is_compressed(std::string_view format_name);  // gzip, bzip2, xz or Zstandard

// Of a compressed file: "a.txt" of "Dir/a.txt.gz", "a.tar" of "a.tgz"; the name itself where no such ending is there.
std::string without_ending(std::string_view file_name);

}  // namespace corpuscope::text
