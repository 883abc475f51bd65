#include "core/error.h"
#include "parallel/cuda/nccl.h"

namespace corpuscope::parallel {

std::unique_ptr<DeviceCollective> connect_by_nccl(Collective&) {
  throw core::Error("This program was built without NCCL.", "Choose one GPU.");
}

}  // namespace corpuscope::parallel
