#pragma once
// What a processor kernel of dilated attention computes: one block of query rows of one head against rows of keys
// of one segment of one level. kernel.inl is built for portable, AVX2 and AVX-512 processors and computes in float32;
// kernel_bf16.inl for AVX-512 BF16 and AMX, which multiply bf16 numbers.

#include <atomic>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "compute/bf16.h"
#include "compute/precision.h"
#include "core/function_ref.h"

namespace corpuscope::attention {

using compute::Bf16;
class LevelRotation;

// Rows of a strided array read in place: row i begins at data + i * stride. With `rotation` each row is turned by
// (index + i) while it is loaded.
template <typename Element>
struct RowsOf {
  const Element* data = nullptr;
  std::int64_t stride = 0;  // elements between rows
  std::int64_t index = 0;
  const LevelRotation* rotation = nullptr;  // null: as they are

  const Element* row(std::int64_t i) const { return data + i * stride; }
  RowsOf from(std::int64_t i) const { return {row(i), stride, index + i, rotation}; }
};
using RowsIn = RowsOf<float>;

template <typename Element>
struct BlockOf {
  int head_dim = 0;
  float scale = 1;
  bool causal = true;
  bool fresh = false;         // no earlier level wrote out and lse
  std::int64_t queries = 0, keys = 0;
  std::int64_t query_row = 0; // of the first query, counted from the first key row: key j is visible if j <= row
  RowsOf<Element> q, k, v;
  float* out = nullptr;       // carried with lse from level to level: the softmax so far and its log-denominator
  std::int64_t out_stride = 0;
  float* lse = nullptr;
  std::int64_t lse_stride = 0;
};
using Block = BlockOf<float>;

// Receives weights [queries, stride] of rows query.. and key.. of the block.
using WeightReceiver = core::FunctionRef<void(std::int64_t query, int queries, std::int64_t key, int keys,
                                              const float* weights, int stride)>;

// Threads that compute the keys of one segment in parts add to the same gradients of queries: one after the other, in
// the order of the keys, so that sums do not depend on the threads. Each part walks through the queries and follows
// the part before it.
struct Turns {
  static constexpr std::int64_t all = INT64_MAX;
  const std::atomic<std::int64_t>* before = nullptr;  // queries that the part before has done; null: nobody before
  std::atomic<std::int64_t>* mine = nullptr;          // null: nobody follows

  void wait_for(std::int64_t queries) const {
    if (!before) return;
    for (std::int64_t done; (done = before->load(std::memory_order_acquire)) < queries;) before->wait(done);
  }
  void done(std::int64_t queries) const {
    if (!mine) return;
    mine->store(queries, std::memory_order_release);
    mine->notify_all();
  }
};

// Gradients of queries and keys of one head, level and segment; all are added to.
struct BlockGradients {
  RowsIn dout;
  const float* lse = nullptr;    // [queries], stride lse_stride
  std::int64_t lse_stride = 0;
  const float* delta = nullptr;  // sum(out * dout) of each query, same stride
  float *dq = nullptr, *dk = nullptr, *dv = nullptr;
  std::int64_t dq_stride = 0, dk_stride = 0, dv_stride = 0;
  Turns turns = {};
};

inline constexpr std::int64_t queries_per_pass = 512;  // of a forward block that share one pass over the keys
inline constexpr std::int64_t keys_per_pass = 512;     // of a backward block that share one pass over the queries

template <typename Element>
struct Passes {
  void (*forward)(const BlockOf<Element>&);
  void (*backward)(const BlockOf<Element>&, const BlockGradients&);
};

// What is rounded to bf16 while it is read, and what is bf16 already.
struct Bf16Passes {
  Passes<float> rounding;
  Passes<Bf16> bf16;
};

struct Kernel {
  const char* name;
  Passes<float> float32;
  void (*weights)(const Block&, WeightReceiver);  // out is not touched, lse is that of all levels
  Bf16Passes narrow;

  // In the calling thread's precision: to be asked for before a loop that other threads help with.
  template <typename Element>
  const Passes<Element>& passes() const {
    if constexpr (std::is_same_v<Element, Bf16>)
      return narrow.bf16;
    else
      return compute::precision() == compute::Precision::bf16 ? narrow.rounding : float32;
  }
};

// The fastest that this processor runs, or the one that was forced by name.
const Kernel& kernel();
std::vector<std::string> kernel_names();          // those that run here, slowest first
void force_kernel(const std::string& name);       // "" goes back to the fastest; throws core::Error

namespace portable { extern const Kernel kernel; }
#ifdef CORPUSCOPE_X86
namespace avx2 { extern const Kernel kernel; }
namespace avx512 { extern const Kernel kernel; }
namespace avx512_bf16 { extern const Bf16Passes passes; }
namespace amx_bf16 { extern const Bf16Passes passes; }
#endif

}  // namespace corpuscope::attention
