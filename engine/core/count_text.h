#pragma once
// Numbers of things for people to read.

#include <cstdint>
#include <string>
#include <string_view>

namespace corpuscope::core {

std::string count_text(std::int64_t count);  // "1,234,567"

// "1 place", "2,572 places": of things whose name takes an s.
std::string counted(std::int64_t count, std::string_view thing);

}  // namespace corpuscope::core
