#pragma once
// The tests of several ranks are built twice: once with threads as ranks, once with the processes that mpirun starts.

#include <functional>
#include <initializer_list>

#include "parallel/collective.h"

namespace corpuscope::parallel::test {

// Runs `body` on each rank: with threads for every one of these counts, with processes for as many as there are.
void on_ranks(std::initializer_list<int> counts, const std::function<void(Collective&)>& body);

}  // namespace corpuscope::parallel::test
