#pragma once
// How much memory a program may still take.

#include <cstdint>

namespace corpuscope::core {

// Bytes that can be taken without swapping, by the system's estimate and this process's limits (control groups); -1 where
// neither is known.
std::int64_t available_memory();

}  // namespace corpuscope::core
