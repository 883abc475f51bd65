#include "text/compressed.h"

#include "core/error.h"
#include "text/archive_reader.h"
#include "text/known_formats.h"

namespace corpuscope::text {

bool Compressed::accepts(std::string_view file_name, std::string_view first_bytes) const {
  return is_compressed(known_format(file_name, first_bytes).name);
}

Extracted Compressed::extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const {
  const Allowance::Layer layer(allowance);
  std::string inside;
  {
    ArchiveReader reader(bytes, allowance);
    if (!reader.next()) throw core::Error("empty file");
    if (!reader.is_single()) throw core::Error("an archive, not one text");
    inside = reader.read();
  }
  auto extracted = text::extract(without_ending(file_name), inside, allowance);
  extracted.encoding += ", " + known_format(file_name, bytes.substr(0, 16)).name;
  return extracted;
}

}  // namespace corpuscope::text
