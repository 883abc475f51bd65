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

}  // namespace corpuscope::text
