#pragma once
// Bytes between ranks: orders, findings, states. Called by all ranks of a group, like the members of Collective.

#include <cstddef>
#include <span>
#include <vector>

#include "parallel/collective.h"

namespace corpuscope::parallel {

// The first rank's bytes, for all.
std::vector<std::byte> broadcast(Collective& ranks, std::vector<std::byte> bytes);

// At the first rank: those of every rank, in their order. Elsewhere nothing.
std::vector<std::vector<std::byte>> gather(Collective& ranks, std::vector<std::byte> bytes);

// Each rank gives as many sections. At the first rank: each section of all ranks in their order, one section behind
// the other. Elsewhere nothing.
std::vector<std::byte> join(Collective& ranks, const std::vector<std::vector<std::byte>>& sections);

}  // namespace corpuscope::parallel
