// Reading on a GPU from end to end: one causal sequence of 1 M, 10 M, 100 M and 1 G tokens through pocket, with time and
// memory; and the surprisal of the same text on GPU and processor. CORPUSCOPE_LONGEST=N leaves out what is longer.

#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <numeric>
#include <random>

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

// Text as the model would write it, so that its surprisal is that of text it knows.
std::vector<std::int32_t> written_by(const model::Decoder& decoder, std::size_t count) {
  model::Reader reader(decoder);
  std::mt19937 random(1);
  std::vector<std::int32_t> tokens;
  while (tokens.size() < count) {
    std::vector<double> chances(reader.next_logits().begin(), reader.next_logits().end());
    const double most = *std::max_element(chances.begin(), chances.end());
    for (double& chance : chances) chance = std::exp(chance - most);
    tokens.push_back(std::discrete_distribution<std::int32_t>(chances.begin(), chances.end())(random));
    float bits = 0;
    reader.append({&tokens.back(), 1}, &bits);
  }
  return tokens;
}

void compare(Checks& checks, const model::Decoder& own) {
  const model::Decoder decoder = decoder_for(own, 1 << 14);
  const auto tokens = written_by(decoder, 1 << 14);
  std::vector<float> bits(tokens.size());
  const auto start = Clock::now();
  model::Reader(decoder).append(tokens, bits.data());
  const double processor_seconds = seconds_since(start), processor = std::accumulate(bits.begin(), bits.end(), 0.0);
  model::cuda::make_streaming(decoder, Numbers::bf16)->append(tokens, bits.data(), nullptr);
  const double gpu = std::accumulate(bits.begin(), bits.end(), 0.0);
  const double count = double(tokens.size());
  std::printf("bar | bits a token: %.5f on the GPU, %.5f on the processor (which read %.0f tokens/s)\n", gpu / count,
              processor / count, count / processor_seconds);
  checks.below("bits on GPU and processor", "pocket", std::abs(gpu / processor - 1), 0.005);
}

int run() {
  if (!has_device()) {
    std::printf("skipped: no GPU\n");
    return skipped;
  }
  std::printf("reading with pocket, %s\n", device_name());
  const char* given = std::getenv("CORPUSCOPE_LONGEST");
  const std::int64_t longest = given ? std::strtoll(given, nullptr, 10) : 1'000'000'000;
  const model::Decoder own = model::Decoder::load(std::string(CORPUSCOPE_SOURCE_DIR) + "/resources/models/pocket");
  Checks checks;
  compare(checks, own);
  for (const std::int64_t length : {1'000'000, 10'000'000, 100'000'000, 1'000'000'000})
    if (length <= longest) read(checks, own, length);
  return checks.end();
}

}  // namespace
}  // namespace corpuscope::gpu_test

int main() {
  try {
    return corpuscope::gpu_test::run();
  } catch (const std::exception& error) {
    std::printf("FAILED: %s\n", error.what());
    return 1;
  }
}
