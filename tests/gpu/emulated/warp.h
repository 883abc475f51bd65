#pragma once
// attention/cuda/warp.h for the processor: see block.h for how a block's threads run. Fragment layouts are written down
// here a second time, from the PTX ISA alone, so that the kernels are checked against the document and not themselves.

#include <cmath>
#include <cstdint>

#include "compute/bf16.h"
#include "emulated/block.h"

#define CORPUSCOPE_DEVICE inline
#define CORPUSCOPE_BOTH inline

namespace corpuscope::attention::cuda {

inline int thread() { return emulated::current_thread(); }
inline std::int64_t block() { return emulated::current_block(); }
inline int lane() { return emulated::current_thread() % 32; }
inline void barrier() { emulated::barrier(); }

inline float shuffle_xor(float value, int mask) { return emulated::shuffle(value, lane() ^ mask); }
inline float shuffle(float value, int from) { return emulated::shuffle(value, from); }

inline float exp2(float x) { return std::exp2(x); }
inline float log2(float x) { return std::log2(x); }

inline unsigned pack_bf16(float low, float high) {
  return unsigned(compute::to_bf16(low)) | unsigned(compute::to_bf16(high)) << 16;
}

template <typename Value>
void store_shared(Value& to, Value value) {
  to = value;
  emulated::stored(&to, sizeof(to));
}

inline void copy_async(void* to, const void* from, bool valid) { emulated::copy_async(to, from, valid); }
inline void commit_copies() { emulated::commit_copies(); }
template <int pending>
void wait_copies() {
  emulated::wait_copies(pending);
}

inline void load_matrices(unsigned (&to)[4], const void* row) { emulated::load_matrices(to, row, false); }
inline void load_matrices_transposed(unsigned (&to)[4], const void* row) { emulated::load_matrices(to, row, true); }
inline void multiply_bf16(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  emulated::multiply_bf16(c, a, b0, b1);
}

}  // namespace corpuscope::attention::cuda
