// How fast dilated attention is on this GPU, beside the bf16 matrix rate that cuBLAS reaches in the same run. Times are
// the medians of events after warm-up, on random data. Only visible pairs are counted: 4 D FLOPs each forward, 10 D
// backward.
//
// Lines that begin with "bar" are what run.sh puts into its summary.

#include <cublas_v2.h>

#include <algorithm>
#include <functional>
#include <random>

#include "attention/cuda/attention.h"
#include "check.h"
#include "device.h"
#include "problems.h"

namespace corpuscope::gpu_test {
namespace {

namespace cuda = attention::cuda;
using pattern::Pattern;

// Seconds of one call.
double median_time(const std::function<void()>& call, int repeats = 7) {
  cudaEvent_t begin, end;
  must(cudaEventCreate(&begin));
  must(cudaEventCreate(&end));
  for (int i = 0; i < 2; ++i) call();
  std::vector<float> times;
  for (int i = 0; i < repeats; ++i) {
    must(cudaEventRecord(begin));
    call();
    must(cudaEventRecord(end));
    must(cudaEventSynchronize(end));
    float milliseconds = 0;
    must(cudaEventElapsedTime(&milliseconds, begin, end));
    times.push_back(milliseconds);
  }
  must(cudaEventDestroy(begin));
  must(cudaEventDestroy(end));
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  return times[std::size_t(repeats / 2)] / 1e3;
}

// Random bf16 numbers, of which a few million are drawn and repeated with another beginning each time.
class RandomArray {
 public:
  RandomArray(std::size_t count, unsigned seed) : array_(count) {
    std::mt19937 random(seed);
    const std::vector<Bf16> drawn = as<Bf16>(normal(std::min<std::size_t>(count, 4'000'037), random));
    for (std::size_t at = 0; at < count; at += drawn.size())
      must(cudaMemcpy(array_.data() + at, drawn.data(), std::min(drawn.size(), count - at) * sizeof(Bf16),
                      cudaMemcpyHostToDevice));
  }
  Bf16* data() { return array_.data(); }

 private:
  DeviceArray<Bf16> array_;
};

// FLOP/s of a large bf16 product with float32 sums.
double matrix_rate() {
  constexpr int n = 8192;
  RandomArray a(std::size_t(n) * n, 1), b(std::size_t(n) * n, 2);
  DeviceArray<Bf16> c(std::size_t(n) * n);
  cublasHandle_t cublas;
  if (cublasCreate(&cublas) != CUBLAS_STATUS_SUCCESS) {
    std::printf("FAILED: cuBLAS does not start\n");
    std::exit(1);
  }
  const float one = 1, zero = 0;
  const double seconds = median_time([&] {
    if (cublasGemmEx(cublas, CUBLAS_OP_N, CUBLAS_OP_N, n, n, n, &one, a.data(), CUDA_R_16BF, n, b.data(), CUDA_R_16BF, n,
                     &zero, c.data(), CUDA_R_16BF, n, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT) != CUBLAS_STATUS_SUCCESS) {
      std::printf("FAILED: the product of cuBLAS\n");
      std::exit(1);
    }
  });
  cublasDestroy(cublas);
  return 2.0 * n * n * n / seconds;
}

// Segments 2048 * 2^k, dilations 2^k, until one segment covers the sequence.
Pattern ladder(std::int64_t length) {
  Pattern pattern{{{2048, 1}}};
  return pattern::extended(pattern, length);
}

class Bench {
 public:
  Bench(Pattern pattern, std::int64_t length, int heads, int head_dim, std::int64_t chunk)
      : plan_{{std::move(pattern), 1 / std::sqrt(float(head_dim)), {}}, heads, heads, head_dim, {0, heads}, length, nullptr},
        chunk_(std::min(chunk, length)), width_(std::int64_t(heads) * head_dim),
        q_(std::size_t(chunk_ * width_), 1), k_(std::size_t(chunk_ * width_), 2), v_(std::size_t(chunk_ * width_), 3),
        out_(std::size_t(chunk_ * width_)), lse_(std::size_t(chunk_ * heads)),
        scratch_(cuda::forward_scratch_bytes(plan_, chunk_) / sizeof(float)),
        kept_k_(length > chunk_ ? kept_elements() : 0), kept_v_(length > chunk_ ? kept_elements() : 0) {}

  // The whole sequence, in one chunk or in several as a stream.
  void forward() {
    const cuda::Kept<Bf16> kept{kept_k_.data(), kept_v_.data()};
    for (std::int64_t at = 0; at < plan_.longest; at += chunk_) {
      const cuda::Span span{at, std::min(chunk_, plan_.longest - at), nullptr};
      cuda::forward<Bf16>(plan_, span, inputs(), kept, out_.data(), lse_.data(), scratch_.data(),
                          cuda::forward_scratch_bytes(plan_, chunk_), nullptr);
      if (plan_.longest > chunk_) cuda::keep<Bf16>(plan_, span, inputs(), kept, nullptr);
    }
  }
  double backward_time() {
    RandomArray dout(std::size_t(chunk_ * width_), 4);
    DeviceArray<float> delta(std::size_t(chunk_ * plan_.heads)), dq(std::size_t(chunk_ * width_)),
        dk(std::size_t(chunk_ * width_)), dv(std::size_t(chunk_ * width_));
    forward();
    return median_time([&] {
      cuda::backward<Bf16>(plan_, {0, plan_.longest, nullptr}, inputs(), {}, dout.data(), width_, out_.data(), lse_.data(),
                           delta.data(), dq.data(), dk.data(), dv.data(), {}, nullptr);
    });
  }
  double pairs() const { return double(pattern::visible_pairs(plan_.settings.pattern, plan_.heads, plan_.longest)); }
  int head_dim() const { return plan_.head_dim; }

 private:
  std::size_t kept_elements() const { return std::size_t(cuda::KeptLayout(plan_).elements()); }
  cuda::Inputs<Bf16> inputs() { return {q_.data(), k_.data(), v_.data(), width_, width_, width_}; }

  cuda::Plan plan_;
  std::int64_t chunk_, width_;
  RandomArray q_, k_, v_;
  DeviceArray<float> out_, lse_, scratch_;
  DeviceArray<Bf16> kept_k_, kept_v_;
};

constexpr std::int64_t million = 1 << 20;

void bar(const char* name, double value, const char* sign, double wanted) {
  const bool reached = sign[0] == '<' ? value <= wanted : value >= wanted;
  std::printf("bar | %s | %.3g | %s %.3g | %s\n", name, value, sign, wanted, reached ? "reached" : "MISSED");
}

void report(const char* what, double seconds, double flops, double rate) {
  std::printf("%-44s %10.3f ms %8.1f TFLOP/s %6.1f %% of the matrix rate\n", what, seconds * 1e3, flops / seconds / 1e12,
              100 * flops / seconds / rate);
}

void at_a_million(double rate) {
  for (const int d : {64, 128}) {
    Bench bench(ladder(million), million, 12, d, million);
    const std::string name = "1 M, 12 heads of " + std::to_string(d);
    for (const std::string& kernel : cuda::kernel_names()) {  // the first is what runs unless another is forced
      cuda::force_kernel(kernel);
      const std::string what = kernel == cuda::kernel_names().front() ? "forward" : "forward by " + kernel;
      const double forward = median_time([&] { bench.forward(); }), flops = 4.0 * d * bench.pairs();
      report((name + ", " + what).c_str(), forward, flops, rate);
      bar((what + ", heads of " + std::to_string(d) + ", share of the matrix rate").c_str(), flops / forward / rate, ">=",
          d == 64 ? 0.5 : 0.6);
    }
    cuda::force_kernel("");
    const double backward = bench.backward_time(), backward_flops = 10.0 * d * bench.pairs();
    report((name + ", backward").c_str(), backward, backward_flops, rate);
    bar(("backward, heads of " + std::to_string(d) + ", share of the matrix rate").c_str(),
        backward_flops / backward / rate, ">=", 0.4);
  }
}

void over_lengths(double rate) {
  double least = HUGE_VAL, most = 0;
  for (std::int64_t length = 1 << 16; length <= 16 * million; length *= 2) {
    Bench bench(ladder(length), length, 12, 64, million);
    const double seconds = median_time([&] { bench.forward(); }, length > million ? 3 : 7);
    const double nanoseconds = seconds * 1e9 / double(length);
    // Another level for each doubling adds pairs too, though ever fewer of them.
    std::printf("N = %9lld %10.3f ms %8.2f ns a token, %7.1f pairs a token and head, %5.1f %% of the matrix rate\n",
                static_cast<long long>(length), seconds * 1e3, nanoseconds, bench.pairs() / double(length) / 12,
                100 * 256 * bench.pairs() / seconds / rate);
    least = std::min(least, nanoseconds);
    most = std::max(most, nanoseconds);
  }
  bar("time per token from 64 K to 16 M, largest over smallest", most / least, "<=", 1.15);
}

// One level over everything is dense causal attention, by the same kernels.
void beside_dense(double rate) {
  std::int64_t crossing = 0;
  for (std::int64_t length = 2048; length <= million; length *= 2) {
    Bench dense({{{length, 1}}}, length, 12, 64, length), dilated(ladder(length), length, 12, 64, length);
    const int repeats = length >= million / 4 ? 3 : 7;
    const double a = median_time([&] { dense.forward(); }, repeats), b = median_time([&] { dilated.forward(); }, repeats);
    std::printf("N = %9lld dense %12.3f ms (%4.1f %% of the matrix rate), dilated %10.3f ms: %8.2f times\n",
                static_cast<long long>(length), a * 1e3, 100 * 256 * dense.pairs() / a / rate, b * 1e3, a / b);
    if (!crossing && a > b) crossing = length;
  }
  std::printf("dilated is faster from N = %lld on\n", static_cast<long long>(crossing));
}

int run() {
  if (!has_device()) {
    std::printf("skipped: there is no GPU\n");
    return skipped;
  }
  const double rate = matrix_rate();
  std::printf("%s: bf16 products of 8192 x 8192, %.1f TFLOP/s\n", device_name(), rate / 1e12);
  at_a_million(rate);
  over_lengths(rate);
  beside_dense(rate);
  return 0;
}

}  // namespace
}  // namespace corpuscope::gpu_test

int main() { return corpuscope::gpu_test::run(); }
