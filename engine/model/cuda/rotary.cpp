#include "model/cuda/rotary.h"

#include <vector>

namespace corpuscope::model::cuda {

compute::cuda::TurnTables place_turns(compute::cuda::Arena& arena, const Config& config, std::int64_t rows) {
  compute::cuda::TurnTables tables;
  const bool scaled = config.position == Position::xpos;
  if (config.position != Position::rope && !scaled) return tables;
  const std::int64_t count = rows * (config.head_dim / 2);
  tables.query_cosine = arena.take<float>(count);
  tables.query_sine = arena.take<float>(count);
  tables.key_cosine = arena.take<float>(scaled ? count : 0);
  tables.key_sine = arena.take<float>(scaled ? count : 0);
  return tables;
}

Rotary::Rotary(compute::cuda::Stream& stream, const Config& config)
    : config_(config), host_(config), half_(config.head_dim / 2) {
  if (!host_.active()) return;
  std::vector<double> constants = host_.frequencies();
  constants.insert(constants.end(), host_.log_zeta().begin(), host_.log_zeta().end());
  compute::cuda::copy(stream, constants_.reserve(2 * half_), constants.data(), 2 * half_);
  stream.synchronize();
}

void Rotary::prepare(compute::cuda::StreamHandle stream, std::int64_t first, const std::int64_t* device_first,
                     std::int64_t origin, std::int64_t piece, std::int64_t rows) const {
  if (!host_.active()) return;
  const double* log_zeta = config_.position == Position::xpos ? constants_.data() + half_ : nullptr;
  compute::cuda::prepare_turns(stream, first, device_first, origin, piece, rows, half_, constants_.data(), log_zeta,
                               tables_);
}

}  // namespace corpuscope::model::cuda
