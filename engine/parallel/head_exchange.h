#pragma once
// Rows are split over ranks outside of the attention, heads inside of it (DeepSpeed-Ulysses, arXiv 2309.14509): one
// exchange gives each rank all rows of its heads, a second one gives the rows' owners the outputs. So a rank keeps the
// keys and values of its own heads alone, and what is sent for a row does not depend on how much was read.

#include <cstdint>
#include <vector>

#include "attention/attention.h"
#include "core/function_ref.h"
#include "parallel/sequence_attention.h"

namespace corpuscope::parallel {

// The heads that each rank has, equal parts of them (the last ones may be empty), and the key and value heads that
// those use.
struct HeadParts {
  int ranks = 1, heads = 1, kv_heads = 1;
  attention::HeadRange heads_of(int rank) const;
  attention::HeadRange kv_heads_of(int rank) const;
};

class HeadExchange {
 public:
  HeadExchange(Collective& ranks, int heads, int kv_heads, int head_dim);

  // This rank's equal part of the heads, and of so many rows; the last parts may be empty.
  attention::HeadRange heads() const { return parts_.heads_of(ranks_.rank()); }
  Part rows(std::int64_t all) const { return part_of(all, ranks_.rank(), ranks_.size()); }

  // All rows of this rank's heads, and of the key and value heads that they use.
  using Inside = core::FunctionRef<void(const float* q, const float* k, const float* v, float* out, float* lse)>;

  // Of `all` rows each rank gives its part's q, k, v, all heads of them, and gets the outputs. Called by all ranks. One
  // rank alone has everything already: nothing is copied.
  void attend(std::int64_t all, const float* q, const float* k, const float* v, float* out, float* lse,
              Inside inside);

 private:
  void gather_heads(std::int64_t all, const float* q, const float* k, const float* v);
  void return_rows(std::int64_t all, float* out);

  Collective& ranks_;
  const HeadParts parts_;
  const int head_dim_;
  std::vector<float> q_, k_, v_, out_, lse_;  // all rows of the own heads; kept from call to call
};

}  // namespace corpuscope::parallel
