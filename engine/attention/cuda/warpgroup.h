#pragma once
// What Hopper (sm_90a) adds to warp.h: products of a warpgroup, which is four warps in a row, and barriers that one
// part of a block waits at for the other. The PTX ISA's chapter "Asynchronous Warpgroup Level Matrix Instructions"
// says how:
//
//   wgmma.mma_async works in the asynchronous proxy. What ordinary stores and cp.async have put into shared memory is
//     there for it after fence.proxy.async by the thread that wrote it ("Async Proxy").
//   Between any other access to the registers of an accumulator or left fragment and a product with them stands
//     wgmma.fence; between a product and the next access to them, wgmma.wait_group ("wgmma.fence",
//     "wgmma.wait_group").
//   Fragments are those of warp.h ("Register Fragments"): warp w of the group has rows 16 w .. 16 w + 15 of 64, and
//   of
//     them the fragments that mma.m16n8k16 has.
//   A matrix in shared memory is told by a descriptor ("Shared Memory Matrix Layout", "Matrix Descriptor Format").

#include "attention/cuda/warp.h"

#ifdef __CUDACC__

namespace corpuscope::attention::cuda {

// Code for other chips leaves the bodies of such kernels out; nobody launches them there.
#if defined(__CUDA_ARCH__) && !defined(__CUDA_ARCH_FEAT_SM90_ALL)
inline constexpr bool warpgroups_here = false;
#else
inline constexpr bool warpgroups_here = true;
#endif

// ---- Who has how many registers: all threads of a warpgroup call it. A multiple of 8.
template <int registers>
CORPUSCOPE_DEVICE void give_registers_back() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(registers));
}
template <int registers>
CORPUSCOPE_DEVICE void take_registers() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(registers));
}

// ---- Barriers. `part_barrier` is __syncthreads for so many threads of the block (number 1 .. 15).
CORPUSCOPE_DEVICE void part_barrier(int number, int threads) {
  asm volatile("barrier.cta.sync %0, %1;" ::"r"(number), "r"(threads) : "memory");
}

// A gate in shared memory opens when so many threads have arrived, and closes again at once: a thread waits for the
// end of a phase, the first, third, ... of which have parity 0 ("mbarrier").
using Gate = std::uint64_t;

CORPUSCOPE_DEVICE void make_gate(Gate* gate, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(gate)), "r"(arrivals) : "memory");
}
CORPUSCOPE_DEVICE void arrive(Gate* gate) {
  asm volatile("{\n.reg .b64 state;\nmbarrier.arrive.shared::cta.b64 state, [%0];\n}" ::"r"(shared_address(gate))
               : "memory");
}
CORPUSCOPE_DEVICE void wait_for(Gate* gate, int parity) {
  asm volatile(
      "{\n.reg .pred done;\n"
      "again:\nmbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n@!done bra again;\n}" ::"r"(
          shared_address(gate)),
      "r"(parity)
      : "memory");
}

// ---- Products.

CORPUSCOPE_DEVICE void fence_stores() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
CORPUSCOPE_DEVICE void fence_registers() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
CORPUSCOPE_DEVICE void commit_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

// Until at most `pending` of the committed groups are under way. `c` is an accumulator of those that have ended:
// without naming it here the compiler may read it before the wait.
template <int pending, int nt>
CORPUSCOPE_DEVICE void wait_products(float (&c)[nt][4]) {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
#pragma unroll
  for (int n = 0; n < nt; ++n)
#pragma unroll
    for (int i = 0; i < 4; ++i) asm volatile("" : "+f"(c[n][i])::"memory");
}

#define CORPUSCOPE_REGISTERS_32                                            \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, " \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define CORPUSCOPE_REGISTERS_64                                                        \
  CORPUSCOPE_REGISTERS_32                                                              \
  ", %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, " \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define CORPUSCOPE_FRAGMENT(c, n) "+f"(c[n][0]), "+f"(c[n][1]), "+f"(c[n][2]), "+f"(c[n][3])
#define CORPUSCOPE_FRAGMENTS_4(c, n)                                                       \
  CORPUSCOPE_FRAGMENT(c, n), CORPUSCOPE_FRAGMENT(c, n + 1), CORPUSCOPE_FRAGMENT(c, n + 2), \
      CORPUSCOPE_FRAGMENT(c, n + 3)
#define CORPUSCOPE_FRAGMENTS_8(c, n) CORPUSCOPE_FRAGMENTS_4(c, n), CORPUSCOPE_FRAGMENTS_4(c, n + 4)

// c [64, 128] = (accumulate: +=) a b', with a [64, 16] and b [128, 16] in shared memory, both by rows of 16 columns.
template <bool accumulate>
CORPUSCOPE_DEVICE void multiply_rows_async(float (&c)[16][4], std::uint64_t a, std::uint64_t b) {
  asm volatile("wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {" CORPUSCOPE_REGISTERS_64
               "}, %64, %65, %66, 1, 1, 0, 0;"
               : CORPUSCOPE_FRAGMENTS_8(c, 0), CORPUSCOPE_FRAGMENTS_8(c, 8)
               : "l"(a), "l"(b), "n"(int(accumulate)));
}

// c [64, N] += a b, with the left fragment a [64, 16] and b [16, N] in shared memory, by its rows.
CORPUSCOPE_DEVICE void multiply_columns_async(float (&c)[8][4], const unsigned (&a)[4], std::uint64_t b) {
  asm volatile("wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {" CORPUSCOPE_REGISTERS_32
               "}, {%32, %33, %34, %35}, %36, 1, 1, 1, 1;"
               : CORPUSCOPE_FRAGMENTS_8(c, 0)
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));
}
CORPUSCOPE_DEVICE void multiply_columns_async(float (&c)[16][4], const unsigned (&a)[4], std::uint64_t b) {
  asm volatile("wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {" CORPUSCOPE_REGISTERS_64
               "}, {%64, %65, %66, %67}, %68, 1, 1, 1, 1;"
               : CORPUSCOPE_FRAGMENTS_8(c, 0), CORPUSCOPE_FRAGMENTS_8(c, 8)
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));
}

}  // namespace corpuscope::attention::cuda

#else
#include "emulated/warpgroup.h"
#endif

namespace corpuscope::attention::cuda {

// The descriptor of a matrix in 128-byte rows, swizzled by 128 bytes, as tiles with panels of 64 columns lie: the
// pattern of 8 rows begins at multiples of 1024 bytes. Panels are `panel` bytes apart; only matrices that are read by
// columns have several in one product.
CORPUSCOPE_DEVICE std::uint64_t matrix_descriptor(const void* begin, int panel) {
  constexpr std::uint64_t swizzle_128 = std::uint64_t(1) << 62, eight_rows = 1024;
  return swizzle_128 | (eight_rows >> 4) << 32 | std::uint64_t(panel & 0x3ffff) >> 4 << 16 |
         std::uint64_t(shared_address(begin) & 0x3ffff) >> 4;
}
// The same, so many bytes further on.
CORPUSCOPE_DEVICE std::uint64_t moved(std::uint64_t descriptor, int bytes) {
  return descriptor + std::uint64_t(bytes >> 4);
}

}  // namespace corpuscope::attention::cuda
