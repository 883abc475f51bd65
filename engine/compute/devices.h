#pragma once
// Where the engine can compute: the processor, and the GPUs that a driver offers.

#include <cstdint>
#include <string>
#include <vector>

namespace corpuscope::compute {

struct Device {
  std::string name;         // "CPU", or the GPU's name
  int threads = 0;          // of the processor; 0 for a GPU
  int gpu = -1;             // CUDA's number; -1 for the processor
  std::int64_t memory = 0;  // bytes in all
  std::int64_t free_memory = 0;
};

struct Devices {
  std::vector<Device> devices;  // the processor first
  std::string gpu_note;         // why there is no GPU among them, or the versions of the GPU libraries
};

// Never fails: a build without CUDA, a machine without a driver and a damaged installation are notes, not errors.
Devices find_devices();

}  // namespace corpuscope::compute
