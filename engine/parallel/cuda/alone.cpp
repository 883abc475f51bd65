#include "parallel/cuda/device_collective.h"

namespace corpuscope::parallel {
namespace {

class Alone : public DeviceCollective {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void sum(compute::cuda::StreamHandle, float*, std::int64_t) override {}
  void sum(compute::cuda::StreamHandle, double*, std::int64_t) override {}
  void pass(compute::cuda::StreamHandle, int, int, void*, std::int64_t) override {}
};

}  // namespace

std::unique_ptr<DeviceCollective> alone_on_gpu() { return std::make_unique<Alone>(); }

}  // namespace corpuscope::parallel
