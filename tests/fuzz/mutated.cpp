// Sound files of each format, with random damage: the same each time. Under the address sanitizer this finds what a
// fuzzer finds in its first minutes; the fuzzers themselves are in libfuzzer/.
#include <gtest/gtest.h>

#include <random>

#include "fuzz/targets.h"

namespace corpuscope {
namespace {

// Bytes changed, taken out, doubled or put elsewhere, and numbers made extreme.
std::string damaged(std::string bytes, std::mt19937& random) {
  const auto below = [&](std::size_t end) { return std::size_t(random() % std::max<std::size_t>(1, end)); };
  for (auto count = 1 + below(6); count > 0 && !bytes.empty(); --count) {
    const auto at = below(bytes.size()), length = 1 + below(std::min<std::size_t>(bytes.size() - at, 40));
    switch (below(7)) {
      case 0:
        bytes[at] = char(random());
        break;
      case 1:
        bytes[at] = char(bytes[at] ^ (1 << below(8)));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(below(bytes.size()), bytes.substr(at, length));
        break;
      case 4:
        bytes.replace(at, length, length, "\0\xFF<"[below(3)]);
        break;
      case 5:
        bytes.resize(at);
        break;
      default:
        for (auto times = below(200); times > 0; --times) bytes.insert(at, bytes.substr(at, length));
    }
  }
  return bytes;
}

class Mutated : public testing::TestWithParam<std::size_t> {};

TEST_P(Mutated, IsReadOrRefused) {
  const auto& target = fuzz::targets()[GetParam()];
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  for (const auto& seed : target.seeds) EXPECT_EQ(fuzz::fault_in_reading(target.file, target.bytes(seed)), "");
  for (int round = 0; round < (target.in_helper ? 40 : 1500); ++round) {
    const auto input = damaged(target.seeds[random() % target.seeds.size()], random);
    ASSERT_EQ(fuzz::fault_in_reading(target.file, target.bytes(input)), "") << testing::PrintToString(input);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Mutated, testing::Range(std::size_t(0), fuzz::targets().size()),
                         [](const auto& one) { return fuzz::targets()[one.param].name; });

}  // namespace
}  // namespace corpuscope
