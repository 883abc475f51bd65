#pragma once
// Blind spots and their cures in words.

#include <functional>
#include <string>

#include "pattern/blind.h"

namespace corpuscope::pattern {

using Numerals = std::function<std::string(std::int64_t)>;  // how the reader is used to see numbers written

std::string name(BlindSpot::Kind kind);
// One or two sentences. `pattern` is the one in which the spot was found.
std::string explain(const BlindSpot& spot, const Pattern& pattern, const Numerals& number);
// What another pattern has that this one has not: "staggered segments", "the offset rule both_ends and 1 more level".
std::string difference(const Pattern& from, const Pattern& to);

}  // namespace corpuscope::pattern
