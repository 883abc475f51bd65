#pragma once
// What one piece of a reading needs on a GPU and what comes back of it, for one of so many ranks: its part of the
// rows outside of the attention, all rows of its part of the heads inside.

#include <optional>

#include "model/cuda/head.h"
#include "model/cuda/layer.h"
#include "model/streaming.h"
#include "parallel/cuda/head_exchange.h"

namespace corpuscope::model::cuda {

inline attention::cuda::InspectionSettings settings_of(const SumsWanted& wanted) {
  return {wanted.length, wanted.strips, wanted.edges};
}

inline parallel::HeadParts head_parts(const Config& config, int ranks) {
  return {ranks, config.heads, config.kv_heads};
}

// Results of all layers lie side by side, so that they come back together.
template <typename Element>
struct Piece {
  Activations<Element> activations;
  HeadRoom<Element> head;
  compute::cuda::TurnTables turns;
  typename parallel::DeviceHeadExchange<Element>::Room exchange;
  Element* normed =
      nullptr;  // [1 + own rows]: the row that predicts the first of the own tokens, and each token's own
  float *statistics = nullptr, *nats = nullptr;
  std::int32_t* tokens = nullptr;
  std::int64_t* position = nullptr;
  float *received = nullptr, *maps = nullptr;  // [layers, ...]
  attention::cuda::Edge* edges = nullptr;      // [layers, rows, edges]
  std::byte *attention_scratch = nullptr, *inspection_scratch = nullptr;
};

// `plan` is that of the rank's heads, `rows` are those of the whole piece.
template <typename Element>
Piece<Element> place_piece(compute::cuda::Arena& arena, const Config& config, const attention::cuda::Plan& plan,
                           int ranks, std::int64_t rows, const std::optional<SumsWanted>& wanted) {
  const std::int64_t own = parallel::part_of(rows, 0, ranks).count();
  Piece<Element> p;
  p.activations = place_activations<Element>(arena, config, own);
  p.head = place_head<Element>(arena, config, own, false);
  p.turns = place_turns(arena, config, own);
  p.exchange = parallel::DeviceHeadExchange<Element>::place(arena, head_parts(config, ranks), config.head_dim, rows);
  p.normed = arena.take<Element>((1 + own) * config.hidden_size);
  p.statistics = arena.take<float>(2 * own);
  p.nats = arena.take<float>(rows);
  p.tokens = arena.take<std::int32_t>(rows);
  p.position = arena.take<std::int64_t>(1);
  p.attention_scratch = arena.take<std::byte>(std::int64_t(attention::cuda::forward_scratch_bytes(plan, rows)));
  if (!wanted) return p;
  const attention::cuda::InspectionLayout layout(plan, settings_of(*wanted), rows);
  p.received = arena.take<float>(config.layers * layout.received_floats());
  p.maps = arena.take<float>(config.layers * layout.map_floats());
  p.edges = arena.take<attention::cuda::Edge>(config.layers * rows * wanted->edges);
  p.inspection_scratch = arena.take<std::byte>(std::int64_t(layout.scratch_bytes()));
  return p;
}

// What comes back from the GPU of one piece, in pinned memory.
struct Results {
  compute::cuda::Pinned<std::int32_t> tokens;
  compute::cuda::Pinned<float> nats, received, maps;
  compute::cuda::Pinned<attention::cuda::Edge> edges;
  compute::cuda::Event there;
  std::int64_t first = 0, rows = 0;
  float* bits = nullptr;  // where they go to; null: nothing is under way
};

// What a layer's own heads saw of a piece. `edges` is room for the edges that it refers to.
LayerSums sums_of(const Config& config, const attention::cuda::Plan& plan,
                  const attention::cuda::InspectionLayout& layout, const SumsWanted& wanted, const Results& results,
                  int layer, std::vector<StrongEdge>& edges);

}  // namespace corpuscope::model::cuda
