#pragma once

#include <string>
#include <string_view>

namespace corpuscope::text {

// A file's name as valid UTF-8: a byte that is none is written as "\xFF", so that two such names stay two.
std::string shown_name(std::string_view bytes);

}  // namespace corpuscope::text
