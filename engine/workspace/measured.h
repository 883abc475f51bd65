#pragma once
// What was measured of a run by reading parts of its sequence again: which links hold, and how far back it reaches.

#include <cstdint>
#include <vector>

namespace corpuscope::workspace {

// The claim that the tokens [first, first + count) matter to those of [target, target + targets), which lie behind them.
struct Link {
  std::int64_t first = 0, count = 1;
  std::int64_t target = 0, targets = 1;
  bool operator==(const Link&) const = default;
};

// Bits of the target as it stands, and where the model did not get the passage.
struct LinkCheck {
  double bits = 0, bits_without = 0;
  double spread = 0;  // of bits_without, where other texts stood in for the passage: half from the least to the most
  double saved() const { return bits_without - bits; }
  // A link is confirmed where its target would have been less likely without it, by more than rounding and by more than
  // it matters which other text stands there.
  bool confirmed() const { return saved() > 0.01 && saved() > spread; }
};

struct CheckedLink {
  Link link;
  LinkCheck check;
};

// What the context of a token saves, by how far back it lies (explore/context_reach.h says how it is measured).
struct ContextReach {
  struct Octave {
    std::int64_t first = 0, end = 0;  // distances [first, end), tokens
    double saved = 0, error = 0;      // bits a token that all further back saves, and its standard error
    bool operator==(const Octave&) const = default;
  };
  std::int64_t run = 0;
  std::int64_t windows = 0, window = 0, other = 0;  // how many, of how many tokens, behind how many of another text
  double seconds = 0;                               // that it took
  std::vector<Octave> octaves;                      // by distance
};

// Bits of tokens as a workspace keeps them, to 1 part in 2,000: equal ones stay equal.
std::vector<float> as_kept(std::vector<float> bits);

}  // namespace corpuscope::workspace
