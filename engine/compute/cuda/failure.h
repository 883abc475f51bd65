#pragma once
// What a GPU's libraries answer, as errors that a person can act on.

#include "core/error.h"

namespace corpuscope::compute::cuda {

// Apart from other errors, since less work at once may help.
class OutOfMemory : public core::Error {
 public:
  using core::Error::Error;
};

// "The GPU failed while <doing>: <the library's words>." `status` is a cudaError_t. Throws core::Error, OutOfMemory
// where that is the reason; does nothing where all went well.
void check(int status, const char* doing);

}  // namespace corpuscope::compute::cuda
