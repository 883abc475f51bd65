// What the launcher tells of the ranks before MPI itself is started: starting it takes time, and a program that runs
// alone needs none of it.
#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "parallel/mpi.h"

namespace corpuscope::parallel {

namespace {

int number_in(std::initializer_list<const char*> names, int otherwise = 1) {
  for (const char* name : names)
    if (const char* value = std::getenv(name)) return std::atoi(value);
  return otherwise;
}

}  // namespace

// Open MPI, MPICH and its descendants.
bool started_by_mpirun() { return number_in({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"}) > 1; }

int ranks_on_this_machine() { return std::max(1, number_in({"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"})); }

int place_on_this_machine(const Collective& ranks) {
  if (ranks.in_one_process()) return ranks.rank();
  return number_in({"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID"}, ranks.rank());
}

}  // namespace corpuscope::parallel
