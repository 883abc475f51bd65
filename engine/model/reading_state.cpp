#include "model/reading_state.h"

#include <cstring>

#include "core/error.h"

namespace corpuscope::model {
namespace {

constexpr char magic[8] = {'C', 'S', 'R', 'E', 'A', 'D', '0', '1'};

std::uint64_t mix(std::uint64_t hash, const void* data, std::size_t bytes) {
  const auto* from = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < bytes; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + i, std::min<std::size_t>(8, bytes - i));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash;
}

class Writer {
 public:
  void put(const void* data, std::size_t bytes) {
    const auto* from = static_cast<const std::byte*>(data);
    state_.insert(state_.end(), from, from + bytes);
  }
  template <typename Number>
  void put(Number number) {
    put(&number, sizeof number);
  }
  std::vector<std::byte> finish() { return std::move(state_); }

 private:
  std::vector<std::byte> state_;
};

class Source {
 public:
  explicit Source(std::span<const std::byte> state) : rest_(state) {}

  std::span<const std::byte> take(std::uint64_t bytes) {
    if (bytes > rest_.size())
      throw core::Error("The saved state of the reading is cut short.", "Start the reading again.");
    const auto part = rest_.first(std::size_t(bytes));
    rest_ = rest_.subspan(std::size_t(bytes));
    return part;
  }
  template <typename Number>
  Number take_number() {
    Number number;
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace

std::uint64_t fingerprint(const Decoder& decoder) {
  const std::string config = to_json(decoder.config());
  std::uint64_t hash = mix(0xcbf29ce484222325u, config.data(), config.size());
  decoder.each_weight([&hash](const std::string&, std::span<const std::byte> bytes) {
    hash = mix(hash, bytes.data(), bytes.size());
  });
  return hash;
}

std::vector<std::byte> pack(std::uint64_t fingerprint, const ReadingState& state) {
  Writer writer;
  writer.put(magic, sizeof magic);
  writer.put(fingerprint);
  writer.put(state.position);
  writer.put(state.hidden.data(), state.hidden.size() * sizeof(float));
  for (const std::vector<std::byte>& stream : state.streams) {
    writer.put(std::uint64_t(stream.size()));
    writer.put(stream.data(), stream.size());
  }
  return writer.finish();
}

ReadingState unpack(std::uint64_t fingerprint, const Config& config, std::span<const std::byte> bytes) {
  constexpr auto remedy = "Start the reading again from the beginning.";
  Source source(bytes);
  if (std::memcmp(source.take(sizeof magic).data(), magic, sizeof magic) != 0)
    throw core::Error("The saved state of the reading is of another version or damaged.", remedy);
  if (source.take_number<std::uint64_t>() != fingerprint)
    throw core::Error("The saved state of the reading was made by another model or pattern.", remedy);
  ReadingState state;
  state.position = source.take_number<std::int64_t>();
  state.hidden.resize(std::size_t(config.hidden_size));
  std::memcpy(state.hidden.data(), source.take(state.hidden.size() * sizeof(float)).data(),
              state.hidden.size() * sizeof(float));
  for (int layer = 0; layer < config.layers; ++layer) {
    const auto stream = source.take(source.take_number<std::uint64_t>());
    state.streams.emplace_back(stream.begin(), stream.end());
  }
  if (!source.empty()) throw core::Error("The saved state of the reading is too long.", remedy);
  return state;
}

}  // namespace corpuscope::model
