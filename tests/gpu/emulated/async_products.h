#pragma once
// wgmma.mma_async for one warp of a warpgroup, written from the PTX ISA ("Asynchronous Warpgroup Level Matrix
// Instructions") alone. The strictest that it allows: an accumulator is NaN while a product is under way; the left
// fragment, the accumulator and the matrices in shared memory must be the same when the product is waited for as when
// it was started; warps of a group do not wait for each other.
//
// What it cannot see is a register that is written between wgmma.fence and the product.

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "emulated/shared_memory.h"

namespace corpuscope::emulated {

// What a lane brings. c has n / 2 floats; the left matrix is in registers (`a`, 4) where not null.
struct Product {
  float* c;
  int n;
  const unsigned* a;
  std::uint64_t a_descriptor, b_descriptor;
  bool b_by_columns;  // imm-trans-b
  bool accumulate;    // scale-d
};

class AsyncProducts {
 public:
  void fence() { fenced_ = true; }
  void start(const SharedMemory& shared, int warp, Product* const (&lanes)[32]);
  void commit() { ++group_; }
  void wait(const SharedMemory& shared, int pending);
  bool under_way() const { return !started_.empty(); }

 private:
  using Values = std::vector<std::uint16_t>;

  struct Accumulator {
    float* c[32];
    std::vector<float> values;  // [32][n / 2]
    int products = 0;           // under way
  };
  struct Started {
    int group, warp;
    Product product;  // of lane 0
    const unsigned* a_of[32];
    Values a, b;  // [16][16] and [n][16]
  };

  Accumulator& accumulator(Product* const (&lanes)[32]);

  bool fenced_ = false;
  int group_ = 0;
  std::deque<Started> started_;
  std::map<float*, Accumulator> accumulators_;  // by that of lane 0
};

}  // namespace corpuscope::emulated
