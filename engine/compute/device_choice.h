#pragma once
// On which devices a person wants to compute, as words and as a choice among those that are there.

#include <string>
#include <vector>

#include "compute/devices.h"

namespace corpuscope::compute {

struct DeviceChoice {
  std::vector<int> gpus;  // CUDA's numbers; none: the processor
  bool is_processor() const { return gpus.empty(); }
  bool operator==(const DeviceChoice&) const = default;
};

// `wanted`: "auto" or "" (the GPU with the most free memory where there is one, else the processor), "cpu", "gpu" (that
// GPU, or an error), "gpus" (all), or "gpu:0", "gpu:0,2". Throws core::Error where that is not there, saying why and
// what is.
DeviceChoice choose_devices(const std::string& wanted, const Devices& found);

// "CPU", "GPU 0 (its name)", "GPUs 0, 2"
std::string shown(const DeviceChoice& choice, const Devices& found);

// A word that chooses them again.
std::string word_of(const DeviceChoice& choice);

}  // namespace corpuscope::compute
