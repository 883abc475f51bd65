#include "compute/cuda/rotary.h"

#include "compute/cuda/launch.h"

namespace corpuscope::compute::cuda {

void prepare_turns(StreamHandle stream, std::int64_t first, const std::int64_t* device_first, std::int64_t origin,
                   std::int64_t piece, std::int64_t length, std::int64_t half, const double* frequencies, const double* log_zeta, const TurnTables& tables) {
  each(stream, length * half, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const std::int64_t begin = first + (device_first ? *device_first : 0), position = begin + i / half, pair = i % half;
    const std::int64_t zero = piece > 0 ? begin / piece * piece : origin;
    const double angle = double(position) * frequencies[pair];
    const double cosine = cos(angle), sine = sin(angle);
    const double scale = log_zeta ? exp(double(position - zero) * log_zeta[pair]) : 1.0;
    tables.query_cosine[i] = float(cosine * scale);
    tables.query_sine[i] = float(sine * scale);
    if (!log_zeta) return;
    tables.key_cosine[i] = float(cosine / scale);
    tables.key_sine[i] = float(sine / scale);
  });
}

template <typename Element>
void turn(StreamHandle stream, std::int64_t length, int heads, std::int64_t half, bool interleaved,
          const float* cosine, const float* sine, float direction, Element* numbers) {
  each(stream, length * heads * half, [=] CORPUSCOPE_BODY(std::int64_t i) {
    const std::int64_t pair = i % half, of_row = i / half, row = of_row / heads;
    Element* x = numbers + of_row * 2 * half + (interleaved ? 2 * pair : pair);
    Element& second = x[interleaved ? 1 : half];
    const float c = cosine[row * half + pair], s = direction * sine[row * half + pair];
    const float a = load(*x), b = load(second);
    store(*x, a * c - b * s);
    store(second, b * c + a * s);
  });
}
template void turn(StreamHandle, std::int64_t, int, std::int64_t, bool, const float*, const float*, float, float*);
template void turn(StreamHandle, std::int64_t, int, std::int64_t, bool, const float*, const float*, float, Bf16*);

}  // namespace corpuscope::compute::cuda
