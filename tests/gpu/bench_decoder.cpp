// Reading on a GPU from end to end: one causal sequence of 1 M, 10 M, 100 M and 1 G tokens through pocket, with time
// and memory. CORPUSCOPE_LONGEST=N leaves out what is longer.

#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <numeric>

#include "check.h"
#include "compute/cuda/runtime.h"
#include "device.h"
#include "model/cuda/streaming.h"
#include "model/decoder.h"

namespace corpuscope::gpu_test {
namespace {

using Clock = std::chrono::steady_clock;
using model::cuda::Numbers;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

model::Decoder decoder_for(const model::Decoder& own, std::int64_t length) {
  model::Decoder decoder = own;
  decoder.set_pattern(pattern::extended(own.config().attention, length));
  return decoder;
}

// What a token costs does not depend on what it is.
void fill(std::vector<std::int32_t>& tokens, std::uint64_t& random, int vocab) {
  for (auto& token : tokens) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    token = std::int32_t((random >> 33) % std::uint64_t(vocab));
  }
}

void read(Checks& checks, const model::Decoder& own, std::int64_t length) {
  const std::int64_t free_before = compute::cuda::memory_of_gpu().free;
  const model::Decoder decoder = decoder_for(own, length);
  const auto start = Clock::now();
  const auto streaming = model::cuda::make_streaming(decoder, Numbers::bf16);
  constexpr std::int64_t chunk = 1 << 18;
  std::vector<std::int32_t> tokens;
  std::vector<float> bits(static_cast<std::size_t>(chunk));
  std::uint64_t random = 1;
  std::int64_t most_used = 0;
  double sum = 0;
  for (std::int64_t at = 0; at < length; at += chunk) {
    tokens.resize(std::size_t(std::min(chunk, length - at)));
    fill(tokens, random, decoder.config().vocab_size);
    streaming->append(tokens, bits.data(), nullptr);
    sum += std::accumulate(bits.begin(), bits.begin() + std::ptrdiff_t(tokens.size()), 0.0);
    most_used = std::max(most_used, free_before - compute::cuda::memory_of_gpu().free);
  }
  const double seconds = seconds_since(start);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("bar | %11lld tokens, %2zu levels: %9.2f s, %11.0f tokens/s, %7.1f MB on the GPU, state %6.1f MB, %7.1f MB of the process\n",
              static_cast<long long>(length), decoder.config().attention.levels.size(), seconds, double(length) / seconds,
              double(most_used) / 1e6, double(streaming->state_bytes()) / 1e6, double(used.ru_maxrss) * 1024 / 1e6);
  std::fflush(stdout);
  checks.is_true("surprisal is finite", std::to_string(length), std::isfinite(sum));
  if (length >= 1'000'000'000) checks.below("seconds for a billion tokens", "pocket", seconds, 600);
}

void read_all(Checks& checks) {
  const char* given = std::getenv("CORPUSCOPE_LONGEST");
  const std::int64_t longest = given ? std::strtoll(given, nullptr, 10) : 1'000'000'000;
  const model::Decoder own = model::Decoder::load(std::string(CORPUSCOPE_SOURCE_DIR) + "/resources/models/pocket");
  for (const std::int64_t length : {1'000'000, 10'000'000, 100'000'000, 1'000'000'000})
    if (length <= longest) read(checks, own, length);
}

}  // namespace
}  // namespace corpuscope::gpu_test

int main() { return corpuscope::gpu_test::on_device("reading with pocket", corpuscope::gpu_test::read_all); }
