#pragma once
// Groups of GPUs by NCCL: one process with a thread for each of its GPUs, or many processes under MPI.

#include "parallel/cuda/device_collective.h"

namespace corpuscope::parallel {

// The ranks of `ranks`, each on the GPU that its thread uses, no two on the same; called by all of them. Threads are
// connected by the first of them (ncclCommInitAll), processes by a name that MPI carries. Also a group of one goes
// through NCCL. Where a rank's group is destroyed by an exception, those that wait for it are told and give up.
// Destroying is for all ranks at once otherwise. Throws core::Error where NCCL is not there or cannot connect them.
std::unique_ptr<DeviceCollective> connect_by_nccl(Collective& ranks);

}  // namespace corpuscope::parallel
