#pragma once
// Dilated attention of one sequence whose positions are split over GPUs: the twin of parallel/sequence_attention.h.
//
// Of a segment that begins on an earlier rank, a rank needs the keys and values that take part: what a stream would have
// kept where this rank's positions begin. They come along the ranks, each adding its own rows, and their gradients go
// back the same way; on a stream of their own, while the levels that need none are computed. What is sent depends on
// the pattern alone, not on the length. With one rank nothing is exchanged, by the same code.

#include <optional>

#include "attention/cuda/attention.h"
#include "compute/cuda/arena.h"
#include "parallel/cuda/device_collective.h"
#include "parallel/sequence_attention.h"

namespace corpuscope::parallel {

// Where a level and head's open segment lies at a border between two ranks.
struct BorderRows {
  std::int64_t first = 0, dilation = 1;
  std::int64_t before = 0, count = 0;  // rows before this rank's part, and all of them before the border
  std::int64_t at = 0;                 // in the kept arrays
};

template <typename Element>
class SequenceAttention {
 public:
  // `plan` and `ranks` are to live as long.
  SequenceAttention(DeviceCollective& ranks, const attention::cuda::Plan& plan);

  // Room for what is exchanged; `gradients`: for backward too.
  struct Room {
    Element *kept = nullptr, *next = nullptr;         // keys, then values
    float *gradients = nullptr, *incoming = nullptr;  // of kept rows
    BorderRows* border = nullptr;
  };
  static Room place(compute::cuda::Arena& arena, const attention::cuda::Plan& plan, int ranks, bool gradients);

  // A sequence of that length from now on, with that room. Returns this rank's positions.
  Part begin(compute::cuda::StreamHandle stream, std::int64_t length, const Room& room);

  // `in` and the results hold this rank's positions alone. See attention/cuda/attention.h for the rest.
  void forward(compute::cuda::StreamHandle stream, const attention::cuda::Inputs<Element>& in, float* out, float* lse,
               void* scratch, std::size_t scratch_bytes);
  void backward(compute::cuda::StreamHandle stream, const attention::cuda::Inputs<Element>& in, const Element* dout,
                std::int64_t dout_stride, const float* out, const float* lse, float* delta, float* dq, float* dk,
                float* dv);

 private:
  attention::cuda::Kept<Element> kept(Element* memory) const { return {memory, memory + layout_.elements()}; }
  attention::cuda::Span span() const { return {part_.begin, part_.count(), nullptr}; }
  int levels() const { return int(plan_.settings.pattern.levels.size()); }
  void pass_keys(compute::cuda::StreamHandle stream, const attention::cuda::Inputs<Element>& in);
  void pass_gradients(compute::cuda::StreamHandle stream, float* dk, float* dv);

  DeviceCollective& ranks_;
  const attention::cuda::Plan& plan_;
  const attention::cuda::KeptLayout layout_;
  compute::cuda::Stream exchange_;
  compute::cuda::Event ready_, there_;
  compute::cuda::Pinned<BorderRows> border_rows_;
  Room room_;
  Part part_;
  std::int64_t most_before_ = 0;  // rows of earlier ranks in a segment that goes on to later ones
  int local_levels_ = 0;  // the first ones, which need nothing from other ranks
};

}  // namespace corpuscope::parallel
