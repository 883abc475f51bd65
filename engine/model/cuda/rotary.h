#pragma once
// Rotary positions of a GPU's rows: the twin of model/rotary.h, which says what they are.

#include "compute/cuda/arena.h"
#include "compute/cuda/rotary.h"
#include "compute/cuda/runtime.h"
#include "model/rotary.h"

namespace corpuscope::model::cuda {

// Room for the turns of that many rows.
compute::cuda::TurnTables place_turns(compute::cuda::Arena& arena, const Config& config, std::int64_t rows);

class Rotary {
 public:
  Rotary(compute::cuda::Stream& stream, const Config& config);

  // Where the turns are to lie from now on.
  void use(const compute::cuda::TurnTables& tables) { tables_ = tables; }

  // Positions first .. first + rows - 1; see compute/cuda/rotary.h.
  void prepare(compute::cuda::StreamHandle stream, std::int64_t first, const std::int64_t* device_first,
               std::int64_t origin, std::int64_t piece, std::int64_t rows) const;

  template <typename Number>
  void turn(compute::cuda::StreamHandle stream, std::int64_t rows, Number* q, Number* k, float direction) const {
    if (!host_.active()) return;
    compute::cuda::turn(stream, rows, config_.heads, half_, interleaved(), tables_.query_cosine, tables_.query_sine,
                        direction, q);
    const bool scaled = config_.position == Position::xpos;
    compute::cuda::turn(stream, rows, config_.kv_heads, half_, interleaved(),
                        scaled ? tables_.key_cosine : tables_.query_cosine,
                        scaled ? tables_.key_sine : tables_.query_sine, direction, k);
  }

  const model::Rotary& host() const { return host_; }

 private:
  bool interleaved() const { return config_.rotary_layout == RotaryLayout::interleaved; }

  const Config& config_;
  model::Rotary host_;
  std::int64_t half_;
  compute::cuda::Array<double> constants_;  // frequencies, then log zeta
  compute::cuda::TurnTables tables_;
};

}  // namespace corpuscope::model::cuda
