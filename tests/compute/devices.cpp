#include "compute/devices.h"

#include <gtest/gtest.h>

namespace corpuscope::compute {
namespace {

TEST(Devices, TheProcessorIsAlwaysThereAndAMissingGpuIsANote) {
  const Devices found = find_devices();
  ASSERT_FALSE(found.devices.empty());
  EXPECT_EQ(found.devices[0].gpu, -1);
  EXPECT_GT(found.devices[0].threads, 0);
  EXPECT_GT(found.devices[0].memory, 0);
  EXPECT_FALSE(found.gpu_note.empty());
  if (found.devices.size() == 1) {
    EXPECT_EQ(found.gpu_note.substr(0, 6), "no GPU");
  }
  for (std::size_t i = 1; i < found.devices.size(); ++i) EXPECT_GT(found.devices[i].memory, 0);
}

}  // namespace
}  // namespace corpuscope::compute
