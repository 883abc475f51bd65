#pragma once

#include <string>
#include <string_view>

namespace corpuscope::explore {

// White space and control characters in a row become one space, also at the edges.
std::string on_one_line(std::string_view text);

}  // namespace corpuscope::explore
