#include "attention/kernel.h"

#include <atomic>

#ifdef CORPUSCOPE_X86
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "core/error.h"

namespace corpuscope::attention {

namespace {

#ifdef CORPUSCOPE_X86
// Tile registers are large: the kernel wants to be asked before a process uses them.
bool amx_may_be_used() {
  constexpr long ask_for_permission = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  const bool tiles = d >> 24 & 1, bf16 = d >> 22 & 1;
  return tiles && bf16 && syscall(SYS_arch_prctl, ask_for_permission, tile_data) == 0;
}

Kernel avx512_with(const char* name, const Bf16Passes& narrow) {
  Kernel kernel = avx512::kernel;
  kernel.name = name;
  kernel.narrow = narrow;
  return kernel;
}
#endif

std::vector<const Kernel*> kernels() {
  std::vector<const Kernel*> found = {&portable::kernel};
#ifdef CORPUSCOPE_X86
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back(&avx2::kernel);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    found.push_back(&avx512::kernel);
  static const Kernel with_bf16 = avx512_with("avx512_bf16", avx512_bf16::passes);
  static const Kernel with_amx = avx512_with("amx_bf16", amx_bf16::passes);
  if (found.back() == &avx512::kernel && __builtin_cpu_supports("avx512bf16")) {
    // Measured: Intel's processors multiply pairs of bf16 at half the rate of float32 without AMX, AMD's at twice it.
    found.insert(found.end() - (__builtin_cpu_is("intel") ? 1 : 0), &with_bf16);
    if (amx_may_be_used()) found.push_back(&with_amx);
  }
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
