#include "compute/cuda/optimizer.h"

#include <cmath>

#include "compute/cuda/launch.h"

namespace corpuscope::compute::cuda {

void prepare_step(StreamHandle stream, const double* loss, const double* squares, double batch, double clip,
                  StepScale* scale) {
  each(stream, 1, [=] CORPUSCOPE_BODY(std::int64_t) {
    const double norm = sqrt(*squares) / batch;
    const bool usable = norm - norm == 0 && *loss - *loss == 0;  // neither infinite nor NaN
    const double clipped = norm > clip ? clip / norm : 1.0;
    scale->gradient = float(clipped / batch);
    scale->norm = float(norm);
    scale->usable = usable ? 1.0f : 0.0f;
  });
}

template <typename Element>
void adamw_step(StreamHandle stream, const AdamW& settings, std::int64_t step, const StepScale* scale,
                std::int64_t count, const float* gradient, float* weight, float* first_moment, float* second_moment,
                Element* copy) {
  const float beta1 = float(settings.beta1), beta2 = float(settings.beta2), epsilon = float(settings.epsilon);
  const float keep = float(1 - settings.learning_rate * settings.weight_decay);
  const float rate = float(settings.learning_rate / (1 - std::pow(settings.beta1, double(step))));
  const float unbias2 = float(1 / (1 - std::pow(settings.beta2, double(step))));
  each(stream, count, [=] CORPUSCOPE_BODY(std::int64_t i) {
    if (scale->usable == 0) return;
    const float g = gradient[i] * scale->gradient;
    const float m = beta1 * first_moment[i] + (1 - beta1) * g;
    const float v = beta2 * second_moment[i] + (1 - beta2) * g * g;
    first_moment[i] = m;
    second_moment[i] = v;
    weight[i] = weight[i] * keep - rate * m / (sqrtf(v * unbias2) + epsilon);
    if (copy) store(copy[i], weight[i]);
  });
}
template void adamw_step(StreamHandle, const AdamW&, std::int64_t, const StepScale*, std::int64_t, const float*,
                         float*, float*, float*, float*);
template void adamw_step(StreamHandle, const AdamW&, std::int64_t, const StepScale*, std::int64_t, const float*,
                         float*, float*, float*, Bf16*);

}  // namespace corpuscope::compute::cuda
