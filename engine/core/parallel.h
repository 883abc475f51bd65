#pragma once
// Loops over many threads.

#include <cstdint>

#include "core/function_ref.h"

namespace corpuscope::core {

// How many threads parallel_for uses; 0 asks for all processors. Per calling thread, as in OpenMP.
void set_threads(int threads);
int threads();

// Calls body(i) for i in [0, count), in any order, several at a time; items are handed out one by one, so
// uneven ones balance. The first exception stops the handing out and is thrown here.
//
// A body that calls parallel_for again does that loop alone: then in_parallel() is true, also where there is but one
// thread, so that work which is cut only for the sake of other threads is cut the same everywhere.
void parallel_for(std::int64_t count, FunctionRef<void(std::int64_t)> body);
bool in_parallel();

}  // namespace corpuscope::core
