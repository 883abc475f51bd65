#include "explore/devices.h"

#include <fmt/format.h>

#include "compute/device_choice.h"
#include "core/count_text.h"
#include "core/error.h"
#include "explore/read_device.h"
#include "model/gpu.h"
#include "parallel/collective.h"
#include "parallel/mpi.h"

namespace corpuscope::explore {

DeviceList list_devices() {
  const compute::Devices found = usable_devices();
  DeviceList list;
  for (const compute::Device& device : found.devices) {
    const bool gpu = device.gpu >= 0;
    list.entries.push_back({compute::word_of(gpu ? compute::DeviceChoice{{device.gpu}} : compute::DeviceChoice()),
                            gpu ? device.name : "CPU, " + core::counted(device.threads, "thread"),
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

namespace {

bool is_automatic(const std::string& wanted) { return wanted.empty() || wanted == "auto"; }

// Without waking a driver where that is needless.
bool may_be_gpus(const std::string& wanted) {
  return wanted != "cpu" && (!is_automatic(wanted) || model::gpu_backend());
}

// mpirun starts ranks with one command line, which names GPUs of every machine.
ReadDevice device_of_rank(parallel::Collective& ranks, const std::string& wanted) {
  std::vector<int> gpus;
  if (may_be_gpus(wanted)) {
    const compute::Devices found = usable_devices();
    const bool any = is_automatic(wanted) || wanted == "gpu";
    gpus = compute::choose_devices(wanted, found).gpus;
    if (any && !gpus.empty()) gpus = compute::choose_devices("gpus", found).gpus;
  }
  const std::size_t place = std::size_t(parallel::place_on_this_machine(ranks));
  std::vector<float> has_one{place < gpus.size() ? 1.0f : 0.0f};
  ranks.all_reduce(has_one);
  const int with = int(has_one[0]);
  if (with == ranks.size()) return {gpus[place], fmt::format("{} GPUs", with), is_automatic(wanted)};
  if (is_automatic(wanted) || wanted == "cpu") return {};
  throw core::Error(fmt::format("Of {} ranks {} have no GPU of their own.", ranks.size(), ranks.size() - with),
                    "Start as many ranks on a machine as it has GPUs, or leave --device out.");
}

}  // namespace

void on_devices(parallel::Collective& ranks, const std::string& wanted,
                core::FunctionRef<void(parallel::Collective&, const ReadDevice&)> body) {
  if (ranks.size() > 1) return body(ranks, device_of_rank(ranks, wanted));
  if (!may_be_gpus(wanted)) return body(ranks, {-1, "CPU", is_automatic(wanted)});
  const compute::Devices found = usable_devices();
  const compute::DeviceChoice choice = compute::choose_devices(wanted, found);
  if (choice.is_processor()) return body(ranks, {-1, "CPU", is_automatic(wanted)});
  const std::string name = compute::shown(choice, found);
  const auto device = [&](int rank) {
    return ReadDevice{choice.gpus[std::size_t(rank)], name, is_automatic(wanted)};
  };
  if (choice.gpus.size() == 1) return body(ranks, device(0));
  parallel::run_on_threads(int(choice.gpus.size()),
                           [&](parallel::Collective& self) { body(self, device(self.rank())); });
}

ReadDevice device_for(parallel::Collective& ranks, ReadDevice device, const ReadModel& model,
                      const InspectionSettings& inspection) {
  if (!device.is_gpu() || !device.automatic || ranks.size() > 1) return device;
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
  return model::Reader(model::gpu_backend()->streaming(decoder, device.gpu, sums_wanted(inspection), &ranks));
}

}  // namespace corpuscope::explore
