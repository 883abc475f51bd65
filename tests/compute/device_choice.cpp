#include "compute/device_choice.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace corpuscope::compute {
namespace {

Devices with_gpus(std::initializer_list<std::int64_t> free_memory) {
  Devices found;
  found.devices.push_back({"CPU", 8, -1, 100, 50});
  int number = 0;
  for (const std::int64_t free : free_memory) found.devices.push_back({"Large GPU", 0, number++, 80, free});
  found.gpu_note = found.devices.size() > 1 ? "cuBLAS loads" : "no GPU: there is no driver";
  return found;
}

using Gpus = std::vector<int>;

TEST(DeviceChoice, TheFreestGpuWhereNobodyChose) {
  EXPECT_EQ(choose_devices("auto", with_gpus({10, 70, 20})).gpus, Gpus{1});
  EXPECT_EQ(choose_devices("", with_gpus({10, 70, 20})).gpus, Gpus{1});
  EXPECT_EQ(choose_devices("gpu", with_gpus({10, 70, 20})).gpus, Gpus{1});
  EXPECT_TRUE(choose_devices("auto", with_gpus({})).is_processor());
}

TEST(DeviceChoice, OneSeveralAllOrNone) {
  const Devices found = with_gpus({10, 70, 20});
  EXPECT_TRUE(choose_devices("cpu", found).is_processor());
  EXPECT_EQ(choose_devices("gpu:2", found).gpus, Gpus{2});
  EXPECT_EQ(choose_devices("gpu:2,0", found).gpus, (Gpus{2, 0}));
  EXPECT_EQ(choose_devices("gpus", found).gpus, (Gpus{0, 1, 2}));
  EXPECT_EQ(choose_devices(word_of({{0, 2}}), found).gpus, (Gpus{0, 2}));
  EXPECT_EQ(word_of({}), "cpu");
  EXPECT_EQ(shown({{2}}, found), "GPU 2 (Large GPU)");
  EXPECT_EQ(shown({{0, 2}}, found), "GPUs 0, 2");
}

std::string refusal(const std::string& wanted, const Devices& found) {
  try {
    choose_devices(wanted, found);
  } catch (const core::Error& error) {
    return std::string(error.what()) + " " + error.remedy();
  }
  return "";
}

TEST(DeviceChoice, SaysWhyAndWhatThereIs) {
  const std::string none = refusal("gpu", with_gpus({}));
  EXPECT_NE(none.find("there is no driver"), std::string::npos) << none;
  EXPECT_NE(none.find("cpu"), std::string::npos) << none;
  const std::string other = refusal("gpu:4", with_gpus({10}));
  EXPECT_NE(other.find("gpu:0 (Large GPU)"), std::string::npos) << other;
  for (const char* wrong : {"tpu", "gpu:", "gpu:x", "gpu:0,,1", "gpu:0,0", "gpu:-1", "gpu:0 ", "0,"})
    EXPECT_NE(refusal(wrong, with_gpus({10, 20})), "") << wrong;
}

}  // namespace
}  // namespace corpuscope::compute
