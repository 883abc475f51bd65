#include "explore/devices.h"

#include <fmt/format.h>

#include "compute/device_choice.h"
#include "core/error.h"
#include "explore/read_device.h"
#include "model/gpu.h"
#include "parallel/collective.h"

namespace corpuscope::explore {

DeviceList list_devices() {
  const compute::Devices found = usable_devices();
  DeviceList list;
  for (const compute::Device& device : found.devices) {
    const bool gpu = device.gpu >= 0;
    list.entries.push_back({compute::word_of(gpu ? compute::DeviceChoice{{device.gpu}} : compute::DeviceChoice()),
                            gpu ? device.name : fmt::format("CPU, {} thread{}", device.threads, device.threads == 1 ? "" : "s"),
                            gpu, device.memory, device.free_memory});
  }
  list.automatic = compute::word_of(compute::choose_devices("auto", found));
  list.note = found.gpu_note;
  return list;
}

std::vector<int> chosen_gpus(const std::string& wanted) {
  if (wanted == "cpu") return {};  // without waking a driver
  return compute::choose_devices(wanted, usable_devices()).gpus;
}

// A program without the GPU's part has no use for a driver's devices.
compute::Devices usable_devices() {
  compute::Devices found = compute::find_devices();
  if (model::gpu_backend()) return found;
  std::erase_if(found.devices, [](const compute::Device& device) { return device.gpu >= 0; });
  found.gpu_note = "no GPU: this program was built without CUDA";
  return found;
}

ReadDevice read_device(const std::string& wanted) {
  ReadDevice device;
  device.automatic = wanted.empty() || wanted == "auto";
  if (wanted == "cpu" || (device.automatic && !model::gpu_backend())) return device;  // without waking a driver
  const compute::Devices found = usable_devices();
  const compute::DeviceChoice choice = compute::choose_devices(wanted, found);
  if (choice.is_processor()) return device;
  device.gpu = choice.gpus[0];
  device.name = compute::shown({{device.gpu}}, found);
  return device;
}

ReadDevice device_for(parallel::Collective& ranks, const ReadSettings& settings, const ReadModel& model,
                      const InspectionSettings& inspection) {
  if (ranks.size() > 1) {
    if (settings.device != "cpu" && settings.device != "auto" && !settings.device.empty())
      throw core::Error("Several ranks read on processors, not on GPUs.", "Leave --device out, or start one rank.");
    return {};
  }
  ReadDevice device = read_device(settings.device);
  if (!device.is_gpu() || !device.automatic) return device;
  try {
    make_reader(model.decoder, ranks, device, inspection);
    return device;
  } catch (const core::Error& error) {
    ReadDevice processor;
    processor.name = fmt::format("CPU, because {} cannot: {}", device.name, error.what());
    return processor;
  }
}

model::Reader make_reader(const model::Decoder& decoder, parallel::Collective& ranks, const ReadDevice& device,
                          const InspectionSettings& inspection) {
  if (!device.is_gpu()) return model::Reader(decoder, ranks);
  return model::Reader(model::gpu_backend()->streaming(decoder, device.gpu, sums_wanted(inspection)));
}

}  // namespace corpuscope::explore
