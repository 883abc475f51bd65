#pragma once
// The best local alignment of two short runs of tokens (Smith and Waterman, 1981): 1 for an equal token, -1 for one
// that differs or is missing.

#include <cstdint>
#include <span>

#include "explore/stretch.h"

namespace corpuscope::explore {

struct Alignment {
  Stretch first, second;  // counted from the begin of each
  std::int64_t equal = 0;
  std::int64_t score = 0;
};

Alignment align(std::span<const std::int32_t> first, std::span<const std::int32_t> second);

}  // namespace corpuscope::explore
