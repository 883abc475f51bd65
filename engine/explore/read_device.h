#pragma once
// Where a reading runs.

#include <string>

#include "compute/devices.h"
#include "core/function_ref.h"
#include "explore/inspection.h"
#include "explore/read_setup.h"
#include "model/decoder.h"

namespace corpuscope::explore {

struct ReadDevice {
  int gpu = -1;              // CUDA's number of this rank's; -1: the processor
  std::string name = "CPU";  // of what all ranks read on
  bool automatic = false;  // nobody asked for this one
  bool is_gpu() const { return gpu >= 0; }
};

// Calls body(ranks, device) on every rank. `wanted` as in ReadSettings: where one rank alone is to read on several
// GPUs, that is a thread for each of them; of several ranks each has a GPU of its machine, or all read on processors
// where nobody asked for GPUs and there are not enough. Throws core::Error where what was asked for is not there.
void on_devices(parallel::Collective& ranks, const std::string& wanted,
                core::FunctionRef<void(parallel::Collective& ranks, const ReadDevice& device)> body);

// For a certain reading of one rank: where nobody asked for a GPU and it cannot read with this model or has no room,
// that is the processor, with the reason in its name.
ReadDevice device_for(parallel::Collective& ranks, ReadDevice device, const ReadModel& model,
                      const InspectionSettings& inspection);

// Those that this program can compute on.
compute::Devices usable_devices();

// A reader there; called by all ranks. Throws core::Error where a GPU cannot read with this model, or has no room.
model::Reader make_reader(const model::Decoder& decoder, parallel::Collective& ranks, const ReadDevice& device,
                          const InspectionSettings& inspection);

// read_corpus by ranks that have their devices.
std::int64_t read_on(parallel::Collective& ranks, const std::filesystem::path& workspace,
                     const ReadSettings& settings, const ReadDevice& device, std::optional<ReadSteps> steps,
                     core::Job& job);

}  // namespace corpuscope::explore
