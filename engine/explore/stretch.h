#pragma once

#include <cstdint>

namespace corpuscope::explore {

// Tokens [first, first + count).
struct Stretch {
  std::int64_t first = 0, count = 0;
  std::int64_t end() const { return first + count; }
  bool overlaps(const Stretch& other) const { return first < other.end() && other.first < end(); }
  bool operator==(const Stretch&) const = default;
};

}  // namespace corpuscope::explore
