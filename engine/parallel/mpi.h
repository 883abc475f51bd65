#pragma once
// Ranks that are processes: those that mpirun started.

#include <functional>

#include "parallel/collective.h"

namespace corpuscope::parallel {

// Whether this process is one of several ranks.
bool started_by_mpirun();

// Runs `body` as the rank that this process is. Where it was not started by mpirun that is a group of one, and
// exceptions pass through. Otherwise an exception of one rank ends all of them, since the others would wait for it in
// vain: `explain` is called while it is handled, tells what happened, and gives the exit status. Called once a
// process. Throws core::Error where mpirun started this process and the program was built without MPI.
void run_as_rank(const std::function<void(Collective&)>& body, const std::function<int(Collective&)>& explain);

// How many of the ranks share this machine's processors; 1 without mpirun.
int ranks_on_this_machine();

// How many of the ranks before this one share its machine: which of its GPUs is this rank's.
int place_on_this_machine(const Collective& ranks);

}  // namespace corpuscope::parallel
