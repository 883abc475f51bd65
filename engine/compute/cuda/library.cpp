#include "compute/cuda/library.h"

#include <dlfcn.h>

#include "core/error.h"

namespace corpuscope::compute::cuda {

Library::Library(std::string file, const std::string& package) : file_(std::move(file)) {
  handle_ = dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_) return;
  const char* why = dlerror();
  throw core::Error("The GPU's library " + file_ + " cannot be opened: " + (why ? why : "unknown reason") + ".",
                    "Install " + package + ", or choose the CPU.");
}

void* Library::symbol(const char* name) const {
  if (void* found = dlsym(handle_, name)) return found;
  throw core::Error("The GPU's library " + file_ + " has no " + name + ".",
                    "Install the version that the program was built for, or choose the CPU.");
}

}  // namespace corpuscope::compute::cuda
