#pragma once
// Rotary positions on a stream: the twin of model/rotary.h, whose formulas these are. Angles are computed in double
// from the position itself, for every row anew: nothing of it depends on how far the reading has come.

#include <cstdint>

#include "compute/bf16.h"
#include "compute/cuda/runtime.h"

namespace corpuscope::compute::cuda {

// The turns of `length` consecutive positions, [length, half] each. With log_zeta (xPos; of each pair, divided by the
// scale base) key tables are filled too and queries are scaled; null: no scaling, and no key tables.
struct TurnTables {
  float *query_cosine = nullptr, *query_sine = nullptr, *key_cosine = nullptr, *key_sine = nullptr;
};
// The first position is `first`, and where `device_first` is not null so many behind the number that lies there on the
// GPU: recorded work moves on with it. Scales are counted from the multiple of `piece` before `first` (0: from `origin`).
void prepare_turns(StreamHandle stream, std::int64_t first, const std::int64_t* device_first, std::int64_t origin,
                   std::int64_t piece, std::int64_t length, std::int64_t half, const double* frequencies, const double* log_zeta, const TurnTables& tables);

// Turns rows [length, heads, 2 * half] in place by the tables; direction -1 is the transposed map, for gradients.
template <typename Element>
void turn(StreamHandle stream, std::int64_t length, int heads, std::int64_t half, bool interleaved,
          const float* cosine, const float* sine, float direction, Element* numbers);

}  // namespace corpuscope::compute::cuda
