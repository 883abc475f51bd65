#pragma once
// Runs of tokens that stand twice in a sequence: maximal exact matches, found by fingerprints in linear time.
//
// Of every `least` tokens one fingerprint at least is kept, of the grams with the smallest hash in each window
// (winnowing: Schleimer, Wilkerson and Aiken, 2003), so that two equal runs of `least` tokens always share one.
// Places of an equal fingerprint are compared token by token and grown to both sides as far as they are equal: a hash
// proposes, the tokens decide. About 2 fingerprints, of 32 bytes each, are kept for each least / 2 tokens; nothing else grows.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/job.h"

namespace corpuscope::explore {

// Tokens [earlier, earlier + count) equal [later, later + count), and neither side can grow.
struct TokenMatch {
  std::int64_t earlier = 0, later = 0, count = 0;
  bool operator==(const TokenMatch&) const = default;
};

struct MatchSettings {
  int least = 32;                   // tokens of a match
  std::int32_t separator = -1;      // stands in no match: documents are matched one by one
  bool between_documents = false;   // not inside of one
  int most_earlier = 8;             // a place is compared with so many before it that have its fingerprint; 0: all
};

constexpr int least_match = 8;  // shorter ones are everywhere

// Calls `on_match` for each match, in the order of the later places' fingerprints. Pieces that overlap themselves (a row
// of equal signs) are left out. With `most_earlier` 0 these are all maximal matches; with a limit all where no run
// stands more often than that, else each place with those nearest before it. Throws core::Cancelled.
void each_match(std::span<const std::int32_t> tokens, const MatchSettings& settings, core::Job& job,
                const std::function<void(const TokenMatch&)>& on_match);

// How far two places are equal without a separator: to the left of them, and from them on.
std::int64_t equal_before(std::span<const std::int32_t> tokens, std::int64_t a, std::int64_t b, std::int32_t separator);
std::int64_t equal_from(std::span<const std::int32_t> tokens, std::int64_t a, std::int64_t b, std::int32_t separator);

}  // namespace corpuscope::explore
