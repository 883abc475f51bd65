// Stands in for mpi.cpp in a build without MPI.
#include "core/error.h"
#include "parallel/mpi.h"

namespace corpuscope::parallel {

void run_as_rank(const std::function<void(Collective&)>& body, const std::function<int(Collective&)>&) {
  if (started_by_mpirun())
    throw core::Error("This program was built without MPI and cannot be one of several ranks.",
                      "Start it without mpirun, or build it where MPI is installed.");
  body(*alone());
}

}  // namespace corpuscope::parallel
