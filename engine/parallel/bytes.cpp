#include "parallel/bytes.h"

#include <cstdint>
#include <cstring>
#include <utility>

namespace corpuscope::parallel {

namespace {

// What ranks exchange are floats: the number of bytes, then the bytes, filled up to a whole float.
std::vector<float> packed(std::span<const std::byte> bytes) {
  const std::uint64_t count = bytes.size();
  std::vector<float> floats((sizeof count + bytes.size() + sizeof(float) - 1) / sizeof(float));
  std::memcpy(floats.data(), &count, sizeof count);
  if (count > 0) std::memcpy(floats.data() + sizeof count / sizeof(float), bytes.data(), bytes.size());
  return floats;
}

std::vector<std::byte> unpacked(const std::vector<float>& floats) {
  std::uint64_t count = 0;
  std::memcpy(&count, floats.data(), sizeof count);
  std::vector<std::byte> bytes(count);
  if (count > 0) std::memcpy(bytes.data(), floats.data() + sizeof count / sizeof(float), count);
  return bytes;
}

}  // namespace

std::vector<std::byte> broadcast(Collective& ranks, std::vector<std::byte> bytes) {
  if (ranks.size() == 1) return bytes;
  std::vector<std::vector<float>> sent(std::size_t(ranks.size()));
  if (ranks.rank() == 0) {
    for (std::size_t i = 1; i < sent.size(); ++i) sent[i] = packed(bytes);
    ranks.all_to_all(std::move(sent));
    return bytes;
  }
  return unpacked(ranks.all_to_all(std::move(sent))[0]);
}

std::vector<std::vector<std::byte>> gather(Collective& ranks, std::vector<std::byte> bytes) {
  std::vector<std::vector<std::byte>> all;
  if (ranks.size() > 1) {
    std::vector<std::vector<float>> sent(std::size_t(ranks.size()));
    if (ranks.rank() > 0) sent[0] = packed(bytes);
    const auto received = ranks.all_to_all(std::move(sent));
    if (ranks.rank() > 0) return all;
    for (std::size_t i = 1; i < received.size(); ++i) all.push_back(unpacked(received[i]));
  }
  all.insert(all.begin(), std::move(bytes));
  return all;
}

namespace {

void append(std::vector<std::byte>& to, std::span<const std::byte> from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::vector<std::byte> join(Collective& ranks, const std::vector<std::vector<std::byte>>& sections) {
  std::vector<std::byte> joined;
  if (ranks.size() == 1) {
    for (const auto& section : sections) append(joined, section);
    return joined;
  }
  std::vector<std::byte> own;  // each with its size in front
  for (const auto& section : sections) {
    const std::uint64_t count = section.size();
    append(own, std::as_bytes(std::span(&count, 1)));
    append(own, section);
  }
  const auto all = gather(ranks, std::move(own));
  std::vector<std::span<const std::byte>> rest(all.begin(), all.end());
  for (std::size_t section = 0; section < sections.size() && !all.empty(); ++section)
    for (auto& of_rank : rest) {
      std::uint64_t count = 0;
      std::memcpy(&count, of_rank.data(), sizeof count);
      append(joined, of_rank.subspan(sizeof count, count));
      of_rank = of_rank.subspan(sizeof count + count);
    }
  return joined;
}

}  // namespace corpuscope::parallel
