#pragma once
// attention/cuda/warpgroup.h for the processor.

#include "emulated/block.h"

namespace corpuscope::attention::cuda {

inline constexpr bool warpgroups_here = true;

inline unsigned shared_address(const void* p) { return emulated::shared_address(p); }

template <int registers>
void give_registers_back() {
  static_assert(registers % 8 == 0 && registers >= 24 && registers <= 256);  // PTX ISA, setmaxnreg
}
template <int registers>
void take_registers() {
  give_registers_back<registers>();
}

inline void part_barrier(int number, int threads) { emulated::part_barrier(number, threads); }

using Gate = std::uint64_t;
inline void make_gate(Gate* gate, int arrivals) { emulated::make_gate(gate, arrivals); }
inline void arrive(Gate* gate) { emulated::arrive(gate); }
inline void wait_for(Gate* gate, int parity) { emulated::wait_for(gate, parity); }

inline void fence_stores() { emulated::fence_stores(); }
inline void fence_registers() { emulated::fence_registers(); }
inline void commit_products() { emulated::commit_products(); }
template <int pending, int nt>
void wait_products(float (&)[nt][4]) {
  emulated::wait_products(pending);
}

template <bool accumulate>
void multiply_rows_async(float (&c)[16][4], std::uint64_t a, std::uint64_t b) {
  emulated::multiply_async({&c[0][0], 128, nullptr, a, b, false, accumulate});
}
template <int nt>
void multiply_columns_async(float (&c)[nt][4], const unsigned (&a)[4], std::uint64_t b) {
  emulated::multiply_async({&c[0][0], 8 * nt, a, 0, b, true, true});
}

}  // namespace corpuscope::attention::cuda
