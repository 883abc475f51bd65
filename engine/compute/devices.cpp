#include "compute/devices.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/parallel.h"

#ifdef CORPUSCOPE_WITH_CUDA
#include <cuda_runtime.h>
#include <dlfcn.h>
#endif

namespace corpuscope::compute {

namespace {

Device processor() {
  const std::int64_t page = sysconf(_SC_PAGESIZE);
  return {"CPU", core::threads(), -1, sysconf(_SC_PHYS_PAGES) * page, sysconf(_SC_AVPHYS_PAGES) * page};
}

#ifdef CORPUSCOPE_WITH_CUDA
// The large libraries are opened only when asked for: linking them would cost every start of the program a third of
// a second.
bool loads(const char* file) {
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library) dlclose(library);
  return library != nullptr;
}

std::string libraries_note() {
  const std::string cublas = fmt::format("libcublas.so.{}", CUDART_VERSION / 1000);
  return fmt::format("cuBLAS {}, NCCL {}", loads(cublas.c_str()) ? "loads" : "is missing",
                     loads("libnccl.so.2") ? "loads" : "is missing");
}

void find_gpus(Devices& found) {
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess || count == 0) {
    const char* reason = error == cudaSuccess ? "none is there" : cudaGetErrorString(error);
    found.gpu_note = fmt::format("no GPU: {} ({})", reason, libraries_note());
    return;
  }
  for (int gpu = 0; gpu < count; ++gpu) {
    cudaDeviceProp properties;
    std::size_t free = 0, total = 0;
    if (cudaGetDeviceProperties(&properties, gpu) != cudaSuccess || cudaSetDevice(gpu) != cudaSuccess ||
        cudaMemGetInfo(&free, &total) != cudaSuccess)
      continue;
    found.devices.push_back({properties.name, 0, gpu, std::int64_t(total), std::int64_t(free)});
  }
  found.gpu_note = libraries_note();
}
#else
void find_gpus(Devices& found) { found.gpu_note = "no GPU: this program was built without CUDA"; }
#endif

}  // namespace

Devices find_devices() {
  Devices found;
  found.devices.push_back(processor());
  find_gpus(found);
  return found;
}

}  // namespace corpuscope::compute
