#include "compute/device_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"

namespace corpuscope::compute {
namespace {

std::vector<Device> gpus_of(const Devices& found) {
  std::vector<Device> gpus;
  std::ranges::copy_if(found.devices, std::back_inserter(gpus), [](const Device& device) { return device.gpu >= 0; });
  return gpus;
}

std::string present(const Devices& found) {
  std::vector<std::string> words{"cpu"};
  for (const Device& gpu : gpus_of(found)) words.push_back(fmt::format("gpu:{} ({})", gpu.gpu, gpu.name));
  return fmt::format("{}", fmt::join(words, ", "));
}

[[noreturn]] void not_there(const std::string& wanted, const Devices& found) {
  const std::string why = gpus_of(found).empty() ? ": " + found.gpu_note : "";
  throw core::Error(fmt::format("The device \"{}\" is not there{}.", wanted, why),
                    fmt::format("Choose among: {}; or auto.", present(found)));
}

std::vector<int> numbers_of(const std::string& wanted, const std::string& list) {
  std::vector<int> numbers;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    int number = -1;
    const auto [stop, error] = std::from_chars(list.data() + at, list.data() + end, number);
    if (error != std::errc() || stop != list.data() + end || number < 0 || std::ranges::count(numbers, number) > 0)
      throw core::Error(fmt::format("\"{}\" is no device.", wanted),
                        "Give auto, cpu, gpu, gpus, or numbers of GPUs such as gpu:0 or gpu:0,1.");
    numbers.push_back(number);
    at = end + 1;
  }
  return numbers;
}

}  // namespace

DeviceChoice choose_devices(const std::string& wanted, const Devices& found) {
  const std::vector<Device> gpus = gpus_of(found);
  const auto freest = std::ranges::max_element(gpus, {}, &Device::free_memory);
  if (wanted == "cpu") return {};
  if (wanted.empty() || wanted == "auto") return gpus.empty() ? DeviceChoice() : DeviceChoice{{freest->gpu}};
  if (wanted == "gpu" || wanted == "gpus") {
    if (gpus.empty()) not_there(wanted, found);
    if (wanted == "gpu") return {{freest->gpu}};
    DeviceChoice all;
    for (const Device& gpu : gpus) all.gpus.push_back(gpu.gpu);
    return all;
  }
  const std::string list = wanted.starts_with("gpu:") ? wanted.substr(4) : wanted;
  const DeviceChoice choice{numbers_of(wanted, list)};
  for (const int number : choice.gpus)
    if (std::ranges::none_of(gpus, [&](const Device& gpu) { return gpu.gpu == number; })) not_there(wanted, found);
  return choice;
}

std::string shown(const DeviceChoice& choice, const Devices& found) {
  if (choice.is_processor()) return "CPU";
  if (choice.gpus.size() > 1) return fmt::format("GPUs {}", fmt::join(choice.gpus, ", "));
  for (const Device& device : found.devices)
    if (device.gpu == choice.gpus[0]) return fmt::format("GPU {} ({})", device.gpu, device.name);
  return fmt::format("GPU {}", choice.gpus[0]);
}

std::string word_of(const DeviceChoice& choice) {
  return choice.is_processor() ? "cpu" : fmt::format("gpu:{}", fmt::join(choice.gpus, ","));
}

}  // namespace corpuscope::compute
