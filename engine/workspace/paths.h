#pragma once
// Paths by which one token could know of another, and how much of a passage arrives elsewhere, as they are kept.

#include <cstdint>
#include <string>
#include <vector>

namespace corpuscope::workspace {

// What a path does in one layer: it goes from the token `from` to `to`, which reads it. Where `level` is -1 it stays
// where it is, on the residual stream.
struct PathStep {
  std::int64_t from = 0, to = 0;
  std::int32_t layer = 0;
  std::int16_t level = -1, head = -1;
  float weight = 0;  // of that head's attention; 1 on the residual stream, 0 where only the pattern was asked
  bool stays() const { return level < 0; }
  bool operator==(const PathStep&) const = default;
};
using FoundPath = std::vector<PathStep>;  // in the order of the layers, each from where the one before went

// The share of the attention rollout (see explore/rollout.h) that comes by this very path: the product over its steps
// of a half, where it stays, or else of half the weight divided by the heads. 0 where the weights are not known.
double strength(const FoundPath& path, int heads);
int hops(const FoundPath& path);  // steps that do not stay

// The paths that were found from one of the tokens [first, first + count) to `target`.
struct SavedPaths {
  std::int64_t id = 0, run = 0;
  std::string name;
  std::int64_t first = 0, count = 1, target = 0;
  bool exact = false;                // all weights were looked at, not only those stored with the run
  FoundPath structural;              // the fewest hops that the pattern allows; empty where it allows none
  std::vector<FoundPath> strongest;  // by strength
};

// How much of the tokens [first, first + count) every token holds, as shares.
struct Rollout {
  std::int64_t id = 0, run = 0;
  std::string name;
  std::int64_t first = 0, count = 1;
};

}  // namespace corpuscope::workspace
