#pragma once
// Groups of GPUs by NCCL: one process with a thread for each of its GPUs, or many processes under MPI.

#include "parallel/cuda/device_collective.h"

namespace corpuscope::parallel {

// The ranks of `ranks`, each on the GPU that its thread uses; called by all of them. Also a group of one goes through
// NCCL. Throws core::Error where NCCL is not there or cannot connect them.
std::unique_ptr<DeviceCollective> connect_by_nccl(Collective& ranks);

}  // namespace corpuscope::parallel
