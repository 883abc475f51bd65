#pragma once
// Commands that several ranks carry out together, where mpirun has started them.

#include <functional>

#include "parallel/collective.h"

namespace corpuscope::app {

// Runs `body` as the rank that this process is. With several ranks an error of one is told with its number, and ends
// all of them.
void on_ranks(const std::function<void(parallel::Collective&)>& body);

// So many threads; 0: all processors. Ranks on one machine share its processors, unless mpirun has given each its own.
void use_threads(int wanted);

}  // namespace corpuscope::app
