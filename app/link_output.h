#pragma once
// How commands tell what masking a passage changes (explore/link_check.h).

#include <string>

#include "workspace/measured.h"

namespace corpuscope::app {

std::string link_text(const workspace::LinkCheck& check);  // "confirmed (+1.25 bits without it)"

}  // namespace corpuscope::app
