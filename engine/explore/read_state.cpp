#include "explore/read_state.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace corpuscope::explore {

namespace {

struct Header {
  char magic[8] = {'C', 'S', 'S', 'E', 'E', 'N', '0', '1'};
  std::uint64_t fingerprint = 0;
  std::uint64_t inspection_bytes = 0;
};

Header header_of(std::span<const std::byte> state) {
  Header header;
  const Header expected;
  if (state.size() >= sizeof header) std::memcpy(&header, state.data(), sizeof header);
  if (state.size() < sizeof header || std::memcmp(header.magic, expected.magic, sizeof header.magic) != 0 ||
      header.inspection_bytes > state.size() - sizeof header)
    throw core::Error("The saved state of the run is damaged.", "Remove the run and read the corpus again.");
  return header;
}

}  // namespace

std::vector<std::byte> save_read_state(std::uint64_t fingerprint, const Inspection& inspection,
                                       const model::Reader& reader) {
  const std::vector<std::byte> seen = inspection.save(), read = reader.save();
  Header header;
  header.fingerprint = fingerprint;
  header.inspection_bytes = seen.size();
  std::vector<std::byte> state(sizeof header + seen.size() + read.size());
  std::memcpy(state.data(), &header, sizeof header);
  const auto behind = std::ranges::copy(seen, state.begin() + sizeof header).out;
  std::ranges::copy(read, behind);
  return state;
}

std::uint64_t read_state_fingerprint(std::span<const std::byte> state) { return header_of(state).fingerprint; }

std::span<const std::byte> model_part(std::span<const std::byte> state) {
  return state.subspan(sizeof(Header) + header_of(state).inspection_bytes);
}

void load_read_state(std::span<const std::byte> state, Inspection& inspection, model::Reader& reader) {
  const Header header = header_of(state);
  inspection.load(state.subspan(sizeof header, header.inspection_bytes));
  reader.load(state.subspan(sizeof header + header.inspection_bytes));
}

}  // namespace corpuscope::explore
