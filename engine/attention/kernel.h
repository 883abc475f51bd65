#pragma once
// What a processor kernel of dilated attention computes: one block of query rows of one head against rows of keys
// of one segment of one level. Three builds of the same source (kernel.inl): portable, AVX2, AVX-512.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace corpuscope::attention {

class LevelRotation;

// Rows of a strided array read in place: row i begins at data + i * stride. With `rotation` each row is turned by
// (index + i) while it is loaded.
struct RowsIn {
  const float* data = nullptr;
  std::int64_t stride = 0;  // floats between rows
  std::int64_t index = 0;
  const LevelRotation* rotation = nullptr;  // null: as they are

  const float* row(std::int64_t i) const { return data + i * stride; }
};

struct Block {
  int head_dim = 0;
  float scale = 1;
  bool causal = true;
  bool fresh = false;         // no earlier level wrote out and lse
  std::int64_t queries = 0, keys = 0;
  std::int64_t query_row = 0; // of the first query, counted from the first key row: key j is visible if j <= row
  RowsIn q, k, v;
  float* out = nullptr;       // carried with lse from level to level: the softmax so far and its log-denominator
  std::int64_t out_stride = 0;
  float* lse = nullptr;
  std::int64_t lse_stride = 0;
};

// Receives weights [queries, stride] of rows query.. and key.. of the block.
using WeightReceiver = std::function<void(std::int64_t query, int queries, std::int64_t key, int keys,
                                          const float* weights, int stride)>;

// Gradients of a whole segment of one head and level; all are added to.
struct BlockGradients {
  RowsIn dout;
  const float* lse = nullptr;    // [rows], stride lse_stride
  std::int64_t lse_stride = 0;
  const float* delta = nullptr;  // sum(out * dout) of each row, same stride
  float *dq = nullptr, *dk = nullptr, *dv = nullptr;
  std::int64_t dq_stride = 0, dk_stride = 0, dv_stride = 0;
};

struct Kernel {
  const char* name;
  void (*forward)(const Block&);
  void (*weights)(const Block&, const WeightReceiver&);  // out is not touched, lse is that of all levels
  void (*backward)(const Block&, const BlockGradients&);
};

// The fastest that this processor runs, or the one that was forced by name.
const Kernel& kernel();
std::vector<std::string> kernel_names();          // those that run here, slowest first
void force_kernel(const std::string& name);       // "" goes back to the fastest; throws core::Error

namespace portable { extern const Kernel kernel; }
#ifdef CORPUSCOPE_X86
namespace avx2 { extern const Kernel kernel; }
namespace avx512 { extern const Kernel kernel; }
#endif

}  // namespace corpuscope::attention
