#include "attention/kernel.h"

#include <atomic>

#include "core/error.h"

namespace corpuscope::attention {

namespace {

std::vector<const Kernel*> kernels() {
  std::vector<const Kernel*> found = {&portable::kernel};
#ifdef CORPUSCOPE_X86
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back(&avx2::kernel);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    found.push_back(&avx512::kernel);
#endif
  return found;
}

std::atomic<const Kernel*> chosen = nullptr;

}  // namespace

const Kernel& kernel() {
  if (const Kernel* forced = chosen) return *forced;
  static const Kernel* fastest = kernels().back();
  return *fastest;
}

std::vector<std::string> kernel_names() {
  std::vector<std::string> names;
  for (const Kernel* k : kernels()) names.push_back(k->name);
  return names;
}

void force_kernel(const std::string& name) {
  chosen = nullptr;
  if (name.empty()) return;
  for (const Kernel* k : kernels())
    if (k->name == name) chosen = k;
  if (!chosen) throw core::Error("this processor has no attention kernel \"" + name + "\"", "Use portable.");
}

}  // namespace corpuscope::attention
