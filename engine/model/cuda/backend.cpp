#include "model/cuda/backend.h"

#include "compute/cuda/runtime.h"
#include "model/cuda/learner.h"
#include "model/cuda/streaming.h"
#include "model/gpu.h"

namespace corpuscope::model::cuda {
namespace {

class CudaBackend : public GpuBackend {
 public:
  std::unique_ptr<Streaming> streaming(const Decoder& decoder, int gpu,
                                       const std::optional<SumsWanted>& wanted) override {
    compute::cuda::use_gpu(gpu);
    return make_streaming(decoder, Numbers::bf16, wanted);
  }

  std::unique_ptr<Learner> learner(const Config& config, const Tensors& weights, int gpu, std::int64_t longest,
                                   bool bf16) override {
    compute::cuda::use_gpu(gpu);
    return make_learner(config, weights, bf16 ? Numbers::bf16 : Numbers::float32, longest);
  }
};

}  // namespace

void offer_gpus() {
  static CudaBackend backend;
  use_gpu_backend(&backend);
}

}  // namespace corpuscope::model::cuda
