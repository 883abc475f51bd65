#pragma once
// The state of a reading as it lies in the workspace: whose it is, the inspection's part, the model's part.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "explore/inspection.h"
#include "model/decoder.h"

namespace corpuscope::explore {

std::vector<std::byte> save_read_state(std::uint64_t fingerprint, const Inspection& inspection,
                                       const model::Reader& reader);

// All throw core::Error where the bytes are damaged.
std::uint64_t read_state_fingerprint(std::span<const std::byte> state);
std::span<const std::byte> model_part(std::span<const std::byte> state);  // what a model::Reader saved
void load_read_state(std::span<const std::byte> state, Inspection& inspection, model::Reader& reader);

}  // namespace corpuscope::explore
