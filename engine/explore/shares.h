#pragma once
// How a token's attention is spread: over levels, over heads, over distance, and over the tokens at the other end.
//
// All shares are of the token's whole attention in the layers looked at: the weights of a head in a layer add up to
// one, so a weight counts 1 / (heads * layers). Of all weights they add up to one, of some (the strongest that a run
// keeps) to less, which is told.

#include <cstdint>
#include <span>
#include <vector>

#include "workspace/workspace.h"

namespace corpuscope::explore {

struct Attended {
  int layers = 1, heads = 1, levels = 1;  // of the model
  int layer = -1;                         // the one looked at; -1: all
  int layers_looked_at() const { return layer < 0 ? layers : 1; }
};

struct Shares {
  double total = 0;
  std::vector<double> by_level;                        // [levels]
  std::vector<std::vector<double>> by_head;            // [heads][levels]
  // [bins][levels]. Bin 0 is the token itself, bin b the distances from 2^(b-1) to 2^b - 1.
  std::vector<std::vector<double>> by_distance;
};

// Edges of other layers, and those that do not fit the model, are left out.
Shares shares(std::span<const workspace::Edge> edges, const Attended& attended);

int distance_bin(std::int64_t distance);
std::int64_t bin_first(int bin);  // the smallest distance in it

// A token at the other end of some edges.
struct Contact {
  std::int64_t token = 0;
  double share = 0;             // of all edges to it
  workspace::Edge strongest;    // the strongest of them
};

enum class End { keys, queries };  // which end of the edges the contacts are

// Strongest first; equal ones by place.
std::vector<Contact> contacts(std::span<const workspace::Edge> edges, End end, const Attended& attended);

}  // namespace corpuscope::explore
