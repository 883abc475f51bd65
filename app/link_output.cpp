#include "app/link_output.h"

#include <fmt/format.h>

namespace corpuscope::app {

std::string link_text(const workspace::LinkCheck& check) {
  return fmt::format("{} ({:+.2f} bits without it)", check.confirmed() ? "confirmed" : "not confirmed", check.saved());
}

nlohmann::ordered_json link_json(const workspace::LinkCheck& check) {
  return {{"bits", check.bits}, {"bits_without", check.bits_without}, {"spread", check.spread}, {"confirmed", check.confirmed()}};
}

}  // namespace corpuscope::app
