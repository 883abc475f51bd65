#pragma once
// Where everything lies that one whole sequence needs on a GPU.

#include <vector>

#include "attention/cuda/attention.h"
#include "compute/cuda/sums.h"
#include "model/cuda/head.h"
#include "model/cuda/layer.h"
#include "parallel/cuda/sequence_attention.h"

namespace corpuscope::model::cuda {

template <typename Element>
struct Sequence {
  std::vector<Activations<Element>> layers;  // of each layer where there are gradients, else one for all
  BackwardScratch<Element> scratch{};
  HeadRoom<Element> head;
  compute::cuda::TurnTables turns;
  float *output = nullptr, *statistics = nullptr, *nats = nullptr, *dx = nullptr, *dnormed = nullptr;
  Element* normed = nullptr;
  std::int32_t *tokens = nullptr, *occurring = nullptr, *starts = nullptr, *positions = nullptr;
  double* sums = nullptr;  // partial sums of the nats
  std::byte* attention_scratch = nullptr;
  typename parallel::SequenceAttention<Element>::Room exchange;
};

// For a part of `length` tokens of one of so many ranks. Tokens are those of the whole sequence.
template <typename Element>
Sequence<Element> place_sequence(compute::cuda::Arena& arena, const Config& config, const attention::cuda::Plan& plan,
                                 std::int64_t length, int ranks, bool gradients) {
  const std::int64_t numbers = length * config.hidden_size;
  Sequence<Element> s;
  for (int layer = 0; layer < (gradients ? config.layers : 1); ++layer)
    s.layers.push_back(place_activations<Element>(arena, config, length));
  s.head = place_head<Element>(arena, config, length, gradients);
  s.turns = place_turns(arena, config, length);
  s.output = arena.take<float>(numbers);
  s.statistics = arena.take<float>(2 * length);
  s.normed = arena.take<Element>(numbers);
  s.nats = arena.take<float>(length);
  s.tokens = arena.take<std::int32_t>(length + 1);
  s.attention_scratch =
      arena.take<std::byte>(std::int64_t(attention::cuda::forward_scratch_bytes(plan, length)));
  s.exchange = parallel::SequenceAttention<Element>::place(arena, plan, ranks, gradients);
  if (!gradients) return s;
  s.scratch = place_scratch<Element>(arena, config, length);
  s.dx = arena.take<float>(numbers);
  s.dnormed = arena.take<float>(numbers);
  s.occurring = arena.take<std::int32_t>(length);
  s.starts = arena.take<std::int32_t>(length + 1);
  s.positions = arena.take<std::int32_t>(length);
  s.sums = arena.take<double>(compute::cuda::sum_room(length));
  return s;
}

}  // namespace corpuscope::model::cuda
