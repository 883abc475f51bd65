// cuBLASLt and NCCL are opened when they are needed: here they are, with every function that the engine calls, also on a
// machine without a GPU.

#include <string>

#include "check.h"
#include "compute/cuda/cublas.h"
#include "core/error.h"
#include "device.h"
#include "parallel/collective.h"
#include "parallel/cuda/nccl.h"

namespace corpuscope::gpu_test {
namespace {

// Empty where all functions were found; else what is missing.
template <typename Use>
std::string missing(const Use& use) {
  try {
    use();
  } catch (const core::Error& error) {
    const std::string what = error.what();
    if (what.find("cannot be opened") != std::string::npos || what.find(" has no ") != std::string::npos) return what;
  }
  return {};
}

int run() {
  Checks checks;
  const std::string cublas = missing([] { compute::cuda::cublas_lt(); });
  checks.is_true("cuBLASLt's functions", cublas, cublas.empty());
  // Without a GPU the ranks cannot be connected, which is another error.
  const std::string nccl = missing([] { parallel::connect_by_nccl(*parallel::alone()); });
  if (nccl.find("cannot be opened") != std::string::npos)
    std::printf("NCCL is not installed: %s\n", nccl.c_str());
  else
    checks.is_true("NCCL's functions", nccl, nccl.empty());
  return checks.end();
}

}  // namespace
}  // namespace corpuscope::gpu_test

int main() { return corpuscope::gpu_test::run(); }
