#pragma once
// Where a reading runs.

#include <string>

#include "compute/devices.h"
#include "explore/inspection.h"
#include "explore/read_setup.h"
#include "model/decoder.h"

namespace corpuscope::explore {

struct ReadDevice {
  int gpu = -1;  // CUDA's number; -1: the processor
  std::string name = "CPU";
  bool automatic = false;  // nobody asked for this one
  bool is_gpu() const { return gpu >= 0; }
};

// `wanted` as in ReadSettings. Throws core::Error where it is not there.
ReadDevice read_device(const std::string& wanted);

// The same for a certain reading: where nobody asked for a GPU and it cannot read with this model or has no room, that
// is the processor, with the reason in its name. Several ranks read on processors. Throws core::Error where a GPU was
// asked for and cannot.
ReadDevice device_for(parallel::Collective& ranks, const ReadSettings& settings, const ReadModel& model,
                      const InspectionSettings& inspection);

// Those that this program can compute on.
compute::Devices usable_devices();

// A reader there. Throws core::Error where a GPU cannot read with this model, or has no room.
model::Reader make_reader(const model::Decoder& decoder, parallel::Collective& ranks, const ReadDevice& device,
                          const InspectionSettings& inspection);

}  // namespace corpuscope::explore
