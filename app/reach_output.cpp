#include "app/reach_output.h"

#include <fmt/format.h>

#include "app/terminal.h"
#include "explore/context_reach.h"

namespace corpuscope::app {

namespace {

std::string tokens(double count) { return count_text(std::int64_t(count)); }

}  // namespace

std::string reach_line(const workspace::ContextReach& reach) {
  const auto used = explore::used_context(reach);
  if (used.at_least) return fmt::format("uses at least {} tokens back, as far as it was measured", tokens(used.tokens));
  if (used.tokens <= 0) return fmt::format("makes no use of its context: none of it saves {} bits a token", explore::least_saving);
  return fmt::format("uses about {} tokens back ({} to {} by the sampling error): what lies further saves less than {} bits a token",
                     tokens(used.tokens), tokens(used.least), tokens(used.most), explore::least_saving);
}

nlohmann::ordered_json reach_json(const workspace::ContextReach& reach) {
  const auto used = explore::used_context(reach);
  auto octaves = nlohmann::ordered_json::array();
  for (const auto& octave : reach.octaves)
    octaves.push_back({{"from", octave.first}, {"to", octave.end - 1}, {"saved_bits", octave.saved}, {"error_bits", octave.error}});
  return {{"run", reach.run},
          {"tokens_back", used.tokens},
          {"least", used.least},
          {"most", used.most},
          {"at_least", used.at_least},
          {"least_saving_bits", explore::least_saving},
          {"windows", reach.windows},
          {"window_tokens", reach.window},
          {"other_tokens", reach.other},
          {"seconds", reach.seconds},
          {"octaves", octaves}};
}

}  // namespace corpuscope::app
