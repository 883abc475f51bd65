#pragma once
// Brings CUDA's GPUs into the program: see model/gpu.h.

namespace corpuscope::model::cuda {

void offer_gpus();

}  // namespace corpuscope::model::cuda
