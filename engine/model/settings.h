#pragma once
// What a decoder's config asks of the attention.

#include <cmath>

#include "attention/attention.h"
#include "model/config.h"

namespace corpuscope::model {

inline attention::Settings attention_settings(const Config& config) {
  attention::Settings settings;
  settings.pattern = config.attention;
  settings.scale = float(1 / std::sqrt(double(config.head_dim)));
  if (config.position == Position::per_level)
    settings.rotary = {config.rope_base, config.rotary_layout == RotaryLayout::interleaved, config.rope_factor};
  return settings;
}

}  // namespace corpuscope::model
