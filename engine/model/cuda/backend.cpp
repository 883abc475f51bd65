#include "model/cuda/backend.h"

#include "compute/cuda/runtime.h"
#include "model/cuda/learner.h"
#include "model/cuda/streaming.h"
#include "model/gpu.h"
#include "parallel/collective.h"
#include "parallel/cuda/nccl.h"

namespace corpuscope::model::cuda {
namespace {

class CudaBackend : public GpuBackend {
 public:
  std::unique_ptr<Streaming> streaming(const Decoder& decoder, int gpu, const std::optional<SumsWanted>& wanted,
                                       parallel::Collective* ranks) override {
    compute::cuda::use_gpu(gpu);
    StreamingRanks all;
    if (ranks && ranks->size() > 1) all = {ranks, parallel::connect_by_nccl(*ranks)};
    return make_streaming(decoder, Numbers::bf16, wanted, most_piece, std::move(all));
  }

  std::unique_ptr<Learner> learner(const Config& config, const Tensors& weights, int gpu, std::int64_t longest,
                                   const LearnerRanks& ranks) override {
    compute::cuda::use_gpu(gpu);
    GpuGroups groups;
    if (ranks.all->size() > 1) groups.all = parallel::connect_by_nccl(*ranks.all);
    if (ranks.window->size() > 1) groups.window = parallel::connect_by_nccl(*ranks.window);
    return make_learner(config, weights, Numbers::bf16, longest, std::move(groups));
  }
};

}  // namespace

void offer_gpus() {
  static CudaBackend backend;
  use_gpu_backend(&backend);
}

}  // namespace corpuscope::model::cuda
