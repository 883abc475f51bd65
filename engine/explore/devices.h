#pragma once
// The devices that a reading may run on: what a person can choose, and what a choice means.

#include <cstdint>
#include <string>
#include <vector>

namespace corpuscope::explore {

struct DeviceEntry {
  std::string word;  // chooses it: "cpu", "gpu:0"
  std::string name;  // "CPU, 8 threads", "NVIDIA H200"
  bool gpu = false;
  std::int64_t memory = 0, free_memory = 0;  // bytes
};

struct DeviceList {
  std::vector<DeviceEntry> entries;  // the processor first
  std::string automatic;             // the word of what is taken where nothing was chosen
  std::string note;                  // why there is no GPU, or the versions of the GPU's libraries
};

// Asks the driver; never fails.
DeviceList list_devices();

// CUDA's numbers of the GPUs that "auto" (or nothing), "cpu", "gpu", "gpus", "gpu:0" or "gpu:0,1" choose; none: the
// processor. Throws core::Error where that is not there, saying why.
std::vector<int> chosen_gpus(const std::string& wanted);

}  // namespace corpuscope::explore
