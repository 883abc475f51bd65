#pragma once
// Reading by several ranks. The first has the workspace and decides; each step that it takes it orders of the others,
// who have nothing but the model. With one rank nobody is there to be told, and nothing is sent.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "explore/inspection.h"
#include "explore/read_device.h"
#include "explore/read_setup.h"
#include "model/decoder.h"
#include "parallel/collective.h"

namespace corpuscope::explore {

// On the first rank: a reader and its inspection, of which each other rank has its part in `follow`.
class RankedReader {
 public:
  // `device` is this rank's.
  RankedReader(parallel::Collective& ranks, const ReadModel& model, const InspectionSettings& settings,
               const ReadDevice& device);
  ~RankedReader();  // the other ranks put theirs away too

  Inspection& inspection() { return inspection_; }
  const InspectionSettings& settings() const { return inspection_.settings(); }
  std::int64_t position() const { return reader_.position(); }

  // The tokens behind those read before. `sinks` gives the inspection's.
  Findings read(std::span<const std::int32_t> tokens, float* surprisal_bits, model::LayerSinks& sinks);

  // See read_state.h.
  std::vector<std::byte> save() const;
  void load(std::span<const std::byte> state);

 private:
  model::Reader set_up(const ReadModel& model, const ReadDevice& device) const;

  parallel::Collective& ranks_;
  const int exceptions_;
  const std::uint64_t fingerprint_;
  Inspection inspection_;
  model::Reader reader_;
};

// On every other rank: does what the first orders until it dismisses. `model` is a folder as in ReadSettings,
// `device` this rank's. Throws core::Error where another model lies there than on the first rank.
void follow(parallel::Collective& ranks, const std::filesystem::path& model, const ReadDevice& device);

// On the first rank, when no RankedReader is left.
void dismiss(parallel::Collective& ranks);

}  // namespace corpuscope::explore
