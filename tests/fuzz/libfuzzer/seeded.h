#pragma once
// A fuzzer that begins with sound inputs of its own.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace corpuscope::fuzz {

// libFuzzer asks for a mutation of an empty input first: that is when a seed is given.
inline std::size_t seed_or_mutation(const std::vector<std::string>& seeds, std::uint8_t* data, std::size_t size,
                                    std::size_t most, unsigned number) {
  const auto& sound = seeds[number % seeds.size()];
  if (size > 1 || sound.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(sound.begin(), sound.end(), data);
  return sound.size();
}

}  // namespace corpuscope::fuzz
