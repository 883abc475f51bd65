#include "model/gpu.h"

#include <atomic>

namespace corpuscope::model {
namespace {

std::atomic<GpuBackend*> chosen = nullptr;

}  // namespace

void use_gpu_backend(GpuBackend* backend) { chosen = backend; }
GpuBackend* gpu_backend() { return chosen; }

}  // namespace corpuscope::model
