#include "compute/loops.h"

namespace corpuscope::compute {
namespace {

const Loops& fastest() {
#ifdef CORPUSCOPE_X86
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    return avx512::loops;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::loops;
#endif
  return portable::loops;
}

}  // namespace

const Loops& loops() {
  static const Loops& chosen = fastest();
  return chosen;
}

}  // namespace corpuscope::compute
