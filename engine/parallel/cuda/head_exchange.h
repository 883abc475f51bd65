#pragma once
// Rows are split over GPUs outside of the attention, heads inside of it: the twin of parallel/head_exchange.h. One
// rank alone has everything already: nothing is copied.

#include "attention/cuda/attention.h"
#include "compute/cuda/arena.h"
#include "core/function_ref.h"
#include "parallel/cuda/device_collective.h"
#include "parallel/head_exchange.h"

namespace corpuscope::parallel {

template <typename Element>
class DeviceHeadExchange {
 public:
  DeviceHeadExchange(DeviceCollective& ranks, int heads, int kv_heads, int head_dim)
      : ranks_(ranks), parts_{ranks.size(), heads, kv_heads}, head_dim_(head_dim) {}

  // Room for pieces of so many rows: enough for each of the ranks.
  struct Room {
    Element *sent = nullptr,
            *rows = nullptr;               // q, k and v side by side: of own rows by rank; of all rows and own heads
    float *out = nullptr, *lse = nullptr;  // of all rows and own heads
    float* returned = nullptr;             // outputs of own rows by rank
  };
  static Room place(compute::cuda::Arena& arena, const HeadParts& parts, int head_dim, std::int64_t all);
  void use(const Room& room) { room_ = room; }

  attention::HeadRange heads() const { return parts_.heads_of(ranks_.rank()); }
  Part rows(std::int64_t all) const { return part_of(all, ranks_.rank(), ranks_.size()); }

  // All rows of this rank's heads. Not called on a rank without heads.
  using Inside = core::FunctionRef<void(const attention::cuda::Inputs<Element>& in, float* out, float* lse)>;

  // Of `all` rows each rank gives its part's q, k, v, all heads of them, dense, and gets the outputs. Called by all
  // ranks.
  void attend(compute::cuda::StreamHandle stream, std::int64_t all, const attention::cuda::Inputs<Element>& in,
              float* out, float* lse, Inside inside);

 private:
  void gather_heads(compute::cuda::StreamHandle stream, std::int64_t all, const attention::cuda::Inputs<Element>& in);
  void return_rows(compute::cuda::StreamHandle stream, std::int64_t all, float* out);

  DeviceCollective& ranks_;
  const HeadParts parts_;
  const int head_dim_;
  Room room_;
};

}  // namespace corpuscope::parallel
