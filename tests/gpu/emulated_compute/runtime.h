#pragma once
// The processor in the place of a GPU, whose memory is as large as a test wants it to be.

#include <cstdint>

namespace corpuscope::gpu_test {

// From now on the emulated GPU has so much memory; what was set aside before stays.
void set_gpu_memory(std::int64_t bytes);
std::int64_t gpu_memory_in_use();

// Of what is free, so much is told but not given out: as if another program took it in between.
void set_hidden_use(std::int64_t bytes);

}  // namespace corpuscope::gpu_test
