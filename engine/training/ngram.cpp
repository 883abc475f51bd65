#include "training/ngram.h"

#include <cmath>

namespace corpuscope::training {

namespace {

std::uint64_t hash(std::uint64_t x) {
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ull;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ull;
  return x ^ (x >> 32);
}

}  // namespace

Ngram::Ngram(int table_bits) : pairs_(std::size_t(1) << (table_bits + 1)), contexts_(std::size_t(1) << table_bits) {}

std::uint64_t Ngram::key(std::uint64_t history, int length) const {
  const std::uint64_t mask = length == 0 ? 0 : (~0ull >> (64 - 8 * length));
  return hash((history & mask) | (std::uint64_t(length + 1) << 56));
}

// Open addressing over eight places; where all are taken by others the first is shared, which costs a little accuracy
// and keeps the memory fixed.
template <typename Table>
auto& Ngram::find(Table& table, std::uint64_t key) {
  const std::size_t mask = table.size() - 1;
  const auto tag = std::uint32_t(key >> 32) | 1;
  for (std::size_t i = 0; i < 8; ++i) {
    auto& slot = table[(key + i) & mask];
    if (slot.tag == tag || slot.tag == 0) return slot;
  }
  return table[key & mask];
}

double Ngram::probability(std::uint64_t history, unsigned char byte) const {
  double p = 1. / 256;
  for (int length = 0; length <= order; ++length) {
    const std::uint64_t at = key(history, length);
    const Context& context = find(contexts_, at);
    if (context.tag != (std::uint32_t(at >> 32) | 1) || context.count == 0) break;  // longer ones are unseen too
    const std::uint64_t pair = hash(at ^ (byte + 1));
    const Slot& slot = find(pairs_, pair);
    const double seen = slot.tag == (std::uint32_t(pair >> 32) | 1) ? slot.count : 0;
    p = (seen + context.kinds * p) / (double(context.count) + context.kinds);
  }
  return p;
}

void Ngram::add(std::uint64_t history, unsigned char byte) {
  for (int length = 0; length <= order; ++length) {
    const std::uint64_t at = key(history, length), pair = hash(at ^ (byte + 1));
    Context& context = find(contexts_, at);
    Slot& slot = find(pairs_, pair);
    context.tag = std::uint32_t(at >> 32) | 1;
    slot.tag = std::uint32_t(pair >> 32) | 1;
    if (slot.count++ == 0) ++context.kinds;
    ++context.count;
  }
}

void Ngram::learn(std::string_view text) {
  std::uint64_t history = 0;
  for (char c : text) {
    add(history, static_cast<unsigned char>(c));
    history = history << 8 | static_cast<unsigned char>(c);
  }
}

double Ngram::bits(std::string_view text) {
  double bits = 0;
  std::uint64_t history = 0;
  for (char c : text) {
    bits -= std::log2(probability(history, static_cast<unsigned char>(c)));
    add(history, static_cast<unsigned char>(c));
    history = history << 8 | static_cast<unsigned char>(c);
  }
  return bits;
}

}  // namespace corpuscope::training
