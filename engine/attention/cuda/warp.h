#pragma once
// The few things that kernels here ask of a GPU: who a thread is, barriers, shuffles, asynchronous copies, matrix
// products of a warp. Kernel sources use nothing else of CUDA, so that the same sources also run on the processor, where
// tests/gpu/emulated has these functions for blocks whose threads are fibres: index arithmetic, masks and the layout of
// fragments are tested where there is no GPU.
//
// Fragments are those of the PTX ISA (mma.m16n8k16): with group = lane / 4 and pair = lane % 4, an accumulator c[4] holds
// rows group (c[0], c[1]) and group + 8 (c[2], c[3]), columns 2 pair and 2 pair + 1.

#ifdef __CUDACC__

#include <cuda_bf16.h>

#include <cstdint>

#define CORPUSCOPE_DEVICE __device__ __forceinline__
#define CORPUSCOPE_BOTH __host__ __device__ __forceinline__

namespace corpuscope::attention::cuda {

CORPUSCOPE_DEVICE int thread() { return int(threadIdx.x); }
CORPUSCOPE_DEVICE std::int64_t block() { return std::int64_t(blockIdx.x); }
CORPUSCOPE_DEVICE int lane() { return int(threadIdx.x % 32); }

CORPUSCOPE_DEVICE void barrier() { __syncthreads(); }

// All lanes of a warp call these together.
CORPUSCOPE_DEVICE float shuffle_xor(float value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }
CORPUSCOPE_DEVICE float shuffle(float value, int from) { return __shfl_sync(0xffffffffu, value, from); }

CORPUSCOPE_DEVICE float exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
CORPUSCOPE_DEVICE float log2(float x) { return __log2f(x); }

CORPUSCOPE_DEVICE unsigned pack_bf16(float low, float high) {
  unsigned packed;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
}

CORPUSCOPE_DEVICE unsigned shared_address(const void* p) { return unsigned(__cvta_generic_to_shared(p)); }

// An ordinary store. Tiles are otherwise filled by copies; the emulation must see both.
template <typename Value>
CORPUSCOPE_DEVICE void store_shared(Value& to, Value value) {
  to = value;
}

// 16 bytes from global to shared memory, or 16 zero bytes. They are there after wait_copies and a barrier.
CORPUSCOPE_DEVICE void copy_async(void* to, const void* from, bool valid) {
  const int bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(bytes));
}
CORPUSCOPE_DEVICE void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int pending>
CORPUSCOPE_DEVICE void wait_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

// Four 8 x 8 matrices of bf16. Lane l gives the address of row l % 8 of matrix l / 8, and gets of each matrix columns
// 2 pair and 2 pair + 1 of row `group` (transposed: of column `group` rows 2 pair and 2 pair + 1).
CORPUSCOPE_DEVICE void load_matrices(unsigned (&to)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(shared_address(row))
               : "memory");
}
CORPUSCOPE_DEVICE void load_matrices_transposed(unsigned (&to)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(shared_address(row))
               : "memory");
}

// c += a b, with a [16, 16] and b [16, 8] in bf16.
CORPUSCOPE_DEVICE void multiply_bf16(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

}  // namespace corpuscope::attention::cuda

#else
#include "emulated/warp.h"
#endif
