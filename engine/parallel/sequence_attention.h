#pragma once
// Dilated attention of one sequence whose positions are split over ranks (LongNet, section 3.1).
//
// A segment that lies within one rank's part needs no exchange. Of the others each rank sends the keys and values
// that take part (w / r rows a head at most) to the ranks that have queries in the same segment, behind it if causal,
// and gets their gradients back. For a fixed ladder of levels what a rank sends does not grow with the length. The
// result equals that of one rank to float32 rounding.

#include "attention/attention.h"
#include "parallel/collective.h"

namespace corpuscope::parallel {

// The positions of a rank: equal parts, the last one shorter (it may be empty).
struct Part {
  std::int64_t begin = 0, end = 0;
  std::int64_t count() const { return end - begin; }
};
Part part_of(std::int64_t length, int rank, int ranks);

// `shape.length` is that of the whole sequence; the arrays hold this rank's positions alone.
void forward(Collective& ranks, const attention::Settings& settings, const attention::Shape& shape, const float* q,
             const float* k, const float* v, float* out, float* lse);

void backward(Collective& ranks, const attention::Settings& settings, const attention::Shape& shape, const float* q,
              const float* k, const float* v, const float* out, const float* lse, const float* dout, float* dq,
              float* dk, float* dv);

}  // namespace corpuscope::parallel
