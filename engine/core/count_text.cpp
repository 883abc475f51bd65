#include "core/count_text.h"

namespace corpuscope::core {

std::string count_text(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (auto at = std::int64_t(digits.size()) - 3; at > (count < 0 ? 1 : 0); at -= 3) digits.insert(std::size_t(at), 1, ',');
  return digits;
}

std::string counted(std::int64_t count, std::string_view thing) {
  std::string text = count_text(count);
  text += ' ';
  text += thing;
  if (count != 1) text += 's';
  return text;
}

}  // namespace corpuscope::core
