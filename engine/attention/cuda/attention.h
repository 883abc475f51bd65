#pragma once
// Dilated attention on an NVIDIA GPU (Ampere and newer): forward, exact backward, streaming, inspection. The twin of
// attention/attention.h, with the same definition and the same numbers.
//
// All pointers are device pointers unless a name says otherwise; nothing here allocates, copies to the host or waits:
// every function only puts kernels on `stream`, and all of them may be captured into a CUDA graph.
//
// Element types. Element is Bf16 (products on tensor cores with float32 sums, softmax and carried results in float32)
// or float (plain float32 multiply-adds through the same kernel source: slow, for checks). Tests hold bf16 to a relative
// L2 error of 1e-2 (outputs) and 2e-2 (gradients), float to 1e-3.
//
// Arrays. q and dout are [length, columns, head_dim] with own.count() columns, k and v the same with the key and value
// heads that those use; successive positions are `stride` elements apart, so that q, k, v may be parts of one product's
// result. Pointers are aligned to 16 bytes, strides are multiples of 16 bytes. out, dq [length, columns, head_dim],
// dk, dv [length, kv columns, head_dim] and lse [length, columns] are dense float32.
//
// A call computes the positions begin .. begin + length - 1 of a sequence: a whole sequence where begin == 0, or a chunk
// of a causal one, whose earlier keys and values are in `Kept`. Kept holds for each level and own head the keys and
// values of the segment that is open at `begin`: that is the state of a stream, and just as well what a rank of a
// sequence-parallel attention gets from the ranks before it.
//
// Errors: core::Error where the shape cannot be computed here (head_dim a multiple of 8 up to 128; at most 40 levels;
// with rotation a multiple of 16) and where a kernel could not be started.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "attention/attention.h"

namespace corpuscope::attention::cuda {

// What stays the same from call to call.
struct Plan {
  Settings settings;
  int heads = 1, kv_heads = 1;  // of all; offsets of heads follow from them
  int head_dim = 1;
  HeadRange own{0, 1};          // the heads whose columns the arrays hold
  // No position at or beyond this is ever read; bounds the memory of levels that are longer.
  std::int64_t longest = std::int64_t(1) << 31;
  const float* rotation = nullptr;  // rotation_table() on the device; null where settings.rotary.base == 0

  HeadRange own_kv() const;  // the key and value heads that the own heads use
};

// Throws core::Error where `plan` cannot be computed here.
void check(const Plan& plan);

// Cosines and sines of settings.rotary, to be copied to the device once: fine turns [256, head_dim / 2, 2], then coarse
// ones [rows / 256 + 1, head_dim / 2, 2], as in level_rotation.h. Empty where there is no rotation.
std::vector<float> rotation_table(const Settings& settings, int head_dim, std::int64_t longest);

// The new positions. In a captured graph `begin` changes from launch to launch: then it is read from the device, and
// so many blocks are started as any value of it needs.
struct Span {
  std::int64_t begin = 0;
  std::int64_t length = 0;
  const std::int64_t* device_begin = nullptr;  // read instead of `begin` where not null
};

template <typename Element>
struct Inputs {
  const Element *q = nullptr, *k = nullptr, *v = nullptr;  // of position span.begin
  std::int64_t q_stride = 0, k_stride = 0, v_stride = 0;   // elements between positions
};

// Rows of one level and own head lie at offset(level) + (column * capacity(level) + row) * head_dim, row 0 being the
// first position of the segment that takes part. Keys are rotated already, as those of attention::Stream are.
class KeptLayout {
 public:
  KeptLayout() = default;
  explicit KeptLayout(const Plan& plan);
  std::int64_t capacity(int level) const { return capacities_[std::size_t(level)]; }  // rows of the longest segment
  std::int64_t offset(int level) const { return offsets_[std::size_t(level)]; }       // elements
  std::int64_t elements() const { return offsets_.empty() ? 0 : offsets_.back(); }    // of all keys; values as many

 private:
  std::vector<std::int64_t> capacities_, offsets_;
};

template <typename Element>
struct Kept {
  Element *k = nullptr, *v = nullptr;  // [KeptLayout::elements()] each; null where begin is always 0
};

// Levels begin .. end - 1 of the pattern. Results are carried on: a call with begin > 0 goes on from the out and lse of
// the levels below, so levels that need no exchange between ranks can be computed while it is under way.
struct LevelSpan {
  int begin = 0, end = 1 << 30;
};

// Scratch memory for forward, which shares the keys of levels with few rows among many blocks: 0 is allowed (null) and
// only costs time.
std::size_t forward_scratch_bytes(const Plan& plan, std::int64_t length);

// Writes out and lse of the new positions. `kept` is read only.
template <typename Element>
void forward(const Plan& plan, const Span& span, const Inputs<Element>& in, const Kept<Element>& kept, float* out,
             float* lse, void* scratch, std::size_t scratch_bytes, cudaStream_t stream, LevelSpan levels = {});

// What computes forward in bf16: "mma" (products of a warp), and on Hopper "wgmma" too (products of a warpgroup,
// forward_wgmma.h). The first is what runs unless the other is forced: which one is faster nobody has measured yet.
std::vector<std::string> kernel_names();      // those that run on this GPU
void force_kernel(const std::string& name);   // "" goes back to the first; throws core::Error

// Puts the span's keys and values of the segments that are open at its end into `kept`. To be called after forward and
// inspect of the same span, before those of the next one.
template <typename Element>
void keep(const Plan& plan, const Span& span, const Inputs<Element>& in, const Kept<Element>& kept,
          cudaStream_t stream);

// Multiplies dimension i of every kept key by factors[i] ([head_dim], on the device): see Stream::scale_keys.
template <typename Element>
void scale_keys(const Plan& plan, const float* factors, const Kept<Element>& kept, cudaStream_t stream);

// Adds 1 launch's length to *device_begin: the last node of a captured chunk.
void advance(std::int64_t* device_begin, std::int64_t length, cudaStream_t stream);

// Gradients of sum(out * dout). dq, dk, dv are overwritten (added to where levels.begin > 0); delta is scratch
// [length, columns]. The order of additions does not depend on chance: no atomics.
// kept_gradients (may be null): gradients of the kept keys and values, float32 in KeptLayout, turned back to the keys as
// they were before rotation; overwritten for the rows that are kept, in the levels that are computed.
struct KeptGradients {
  float *k = nullptr, *v = nullptr;
};
template <typename Element>
void backward(const Plan& plan, const Span& span, const Inputs<Element>& in, const Kept<Element>& kept,
              const Element* dout, std::int64_t dout_stride, const float* out, const float* lse, float* delta,
              float* dq, float* dk, float* dv, const KeptGradients& kept_gradients, cudaStream_t stream,
              LevelSpan levels = {});

// ---- Inspection: what explore::Inspection keeps of the weights, summed where they are computed.

// An attention edge into a query, as explore's candidates.
struct Edge {
  float weight = 0;  // share of the whole softmax; 0: none
  std::int16_t level = 0, head = 0;
  std::int64_t key = 0;  // position
};

struct InspectionSettings {
  std::int64_t length = 0;  // of the whole sequence: where its last segments are cut
  int strips = 32;          // of a segment's map at most (explore's tile_size), up to 64
  int edges = 4;            // strongest edges into a position over all own heads and levels, up to 8; 0: none
};

// Of each level, own head and segment that a span touches: slot s is the segment of position begin, plus s.
// Counted in floats from the arrays' starts; computed for spans of at most `span_length` positions.
class InspectionLayout {
 public:
  InspectionLayout() = default;
  InspectionLayout(const Plan& plan, const InspectionSettings& settings, std::int64_t span_length);
  int segments(int level) const { return segments_[std::size_t(level)]; }  // slots
  // Received weights of the segment's rows (row 0: its first position that takes part), capacity(level) of them.
  std::int64_t received(int level, int column, int slot) const {
    return received_[std::size_t(level)] + (std::int64_t(column) * segments(level) + slot) * capacity(level);
  }
  std::int64_t capacity(int level) const { return capacities_[std::size_t(level)]; }
  // The map [strips, strips], row-major by the query's strip; size x size of them are used (explore::map_size).
  std::int64_t map(int level, int column, int slot) const {
    return maps_[std::size_t(level)] + (std::int64_t(column) * segments(level) + slot) * strips_ * strips_;
  }
  std::int64_t received_floats() const { return received_.empty() ? 0 : received_.back(); }
  std::int64_t map_floats() const { return maps_.empty() ? 0 : maps_.back(); }
  // Scratch: for each received weight its parts by the query's strip; and each head's strongest edges.
  std::size_t scratch_bytes() const { return scratch_bytes_; }

 private:
  int strips_ = 0;
  std::vector<int> segments_;
  std::vector<std::int64_t> capacities_, received_, maps_;
  std::size_t scratch_bytes_ = 0;
};

// What the span's queries add: weights received by each key and by the cells of each segment's map (sums, overwritten),
// and the strongest edges [length, edges], strongest first, ties by head, level, key. `lse` is forward's, of all levels.
struct InspectionResults {
  float* received = nullptr;  // [received_floats()]
  float* maps = nullptr;      // [map_floats()]
  Edge* edges = nullptr;      // null where settings.edges == 0
};
template <typename Element>
void inspect(const Plan& plan, const InspectionSettings& settings, const InspectionLayout& layout, const Span& span,
             const Inputs<Element>& in, const Kept<Element>& kept, const float* lse, const InspectionResults& results,
             void* scratch, cudaStream_t stream);

}  // namespace corpuscope::attention::cuda
