// The token loop allocates nothing: every allocation of this program by `new` is counted.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <tuple>
#include <vector>

#include "model/small.h"

namespace {

std::atomic<std::int64_t> allocations = 0;

void* allocate(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace corpuscope::model {
namespace {

class Allocations : public testing::TestWithParam<std::tuple<Position, compute::Precision>> {};

// After the first segments of every level, whose room grows, reading on takes what there is.
TEST_P(Allocations, ReadingOnNeedsNone) {
  Config config = test_models::config();
  config.position = std::get<0>(GetParam());
  config.precision = std::get<1>(GetParam());
  const Decoder decoder = test_models::decoder(config);
  const auto tokens = test_models::tokens(64, config.vocab_size);
  std::vector<float> bits(tokens.size());
  Reader reader(decoder);
  for (int chunk = 0; chunk < 40; ++chunk) reader.append(tokens, bits.data());
  const std::int64_t before = allocations;
  for (int chunk = 0; chunk < 40; ++chunk) reader.append(tokens, bits.data());
  // oneDNN's bf16 product makes lists of its arguments; float32 goes without.
  constexpr std::int64_t products = 40 * 20, of_a_product = 6;
  EXPECT_LE(allocations - before, config.precision == compute::Precision::bf16 ? products * of_a_product : 0);
}

INSTANTIATE_TEST_SUITE_P(Readers, Allocations,
                         testing::Combine(testing::Values(Position::rope, Position::per_level, Position::none),
                                          testing::Values(compute::Precision::float32, compute::Precision::bf16)));

}  // namespace
}  // namespace corpuscope::model
