#pragma once
// A byte model of order 5 (Witten and Bell's interpolation, 1991): the baseline that held-out bits per byte stand
// beside. It learns from the training text and goes on learning from what it scores, as a compressor would.

#include <cstdint>
#include <string_view>
#include <vector>

namespace corpuscope::training {

class Ngram {
 public:
  explicit Ngram(int table_bits = 24);

  void learn(std::string_view text);
  double bits(std::string_view text);  // of all its bytes; learns them as it goes

 private:
  static constexpr int order = 5;

  struct Slot {
    std::uint32_t tag = 0, count = 0;
  };
  struct Context {
    std::uint32_t tag = 0, count = 0, kinds = 0;
  };

  double probability(std::uint64_t history, unsigned char byte) const;
  void add(std::uint64_t history, unsigned char byte);
  std::uint64_t key(std::uint64_t history, int length) const;
  template <typename Table>
  static auto& find(Table& table, std::uint64_t key);

  std::vector<Slot> pairs_;
  std::vector<Context> contexts_;
};

}  // namespace corpuscope::training
