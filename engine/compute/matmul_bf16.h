#pragma once
// The bf16 path of compute/matmul.h: factors rounded to bf16.

#include <cstdint>

#include "compute/bf16.h"

namespace corpuscope::compute {

// `count` numbers rounded to the nearest, ties to even. Valid until the calling thread's next call with this `slot`
// (0 or 1): the room is kept, so that the token loop allocates nothing.
const Bf16* rounded(const float* x, std::int64_t count, int slot);

}  // namespace corpuscope::compute
