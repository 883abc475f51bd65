#include "text/helper_protocol.h"

namespace corpuscope::text {

std::string packed(const Record& record) {
  std::string bytes(1, char(record.kind));
  for (int i = 0; i < 8; ++i) bytes += char(std::uint64_t(record.bytes.size()) >> (8 * i) & 255);
  return bytes + record.bytes;
}

std::vector<Record> unpacked(std::string_view bytes) {
  std::vector<Record> records;
  while (bytes.size() >= 9) {
    if (std::string_view("PHANED").find(bytes[0]) == std::string_view::npos) break;
    std::uint64_t length = 0;
    for (int i = 0; i < 8; ++i)
      length |= std::uint64_t(static_cast<std::uint8_t>(bytes[std::size_t(1 + i)])) << (8 * i);
    if (length > bytes.size() - 9) break;
    records.push_back({RecordKind(bytes[0]), std::string(bytes.substr(9, length))});
    bytes.remove_prefix(9 + length);
  }
  return records;
}

}  // namespace corpuscope::text
