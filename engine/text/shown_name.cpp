#include "text/shown_name.h"

#include "text/utf8.h"

namespace corpuscope::text {

std::string shown_name(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string shown;
  while (!bytes.empty()) {
    const auto step = utf8_step(bytes);
    const auto part = bytes.substr(0, std::size_t(step.bytes));
    bytes.remove_prefix(part.size());
    if (step.valid) {
      shown += part;
      continue;
    }
    for (const char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      shown += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return shown;
}

}  // namespace corpuscope::text
