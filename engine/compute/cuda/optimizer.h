#pragma once
// The step of AdamW (compute/adamw.h) on a stream, with float32 weights and their copy in the numbers that the
// products take. How much the gradients are scaled is known on the GPU alone: no step waits for the processor.

#include <cstdint>

#include "compute/adamw.h"
#include "compute/bf16.h"
#include "compute/cuda/runtime.h"

namespace corpuscope::compute::cuda {

// What a step needs to know of the gradients' size; on the GPU.
struct StepScale {
  float gradient = 0;  // to multiply the gradients with
  float norm = 0;      // of the gradients, divided by the batch
  float usable = 0;    // 1; 0 where the loss or the norm is no finite number: then the step changes nothing
};

// From the sums of the batch's losses and of the gradients' squares: clips the norm of gradients / batch at `clip`.
void prepare_step(StreamHandle stream, const double* loss, const double* squares, double batch, double clip,
                  StepScale* scale);

// `step` counts from 1. `copy` (may be null) receives the weights.
template <typename Element>
void adamw_step(StreamHandle stream, const AdamW& settings, std::int64_t step, const StepScale* scale,
                std::int64_t count, const float* gradient, float* weight, float* first_moment, float* second_moment,
                Element* copy);

}  // namespace corpuscope::compute::cuda
