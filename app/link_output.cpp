#include "app/link_output.h"

#include <fmt/format.h>

namespace corpuscope::app {

std::string link_text(const workspace::LinkCheck& check) {
  return fmt::format("{} ({:+.2f} bits without it)", check.confirmed() ? "confirmed" : "not confirmed", check.saved());
}

}  // namespace corpuscope::app
