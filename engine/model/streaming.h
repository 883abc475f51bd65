#pragma once
// What reads a sequence chunk by chunk, be it the processor or a GPU, and what it tells of the attention on the way.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "attention/attention.h"

namespace corpuscope::model {

// An attention edge into `query`; weight is its share of the whole softmax.
struct StrongEdge {
  float weight = 0;  // 0: none
  std::int16_t level = 0, head = 0;
  std::int64_t key = 0;
};

// What some new positions' weights add to one head's segment of a level.
struct SegmentSums {
  int head = 0, level = 0;
  std::int64_t segment = 0;
  std::span<const float> received;  // by each of its rows
  const float* map = nullptr;       // sums by strips of queries and keys, rows of `map_stride` numbers
  int map_stride = 0;
};

// Of one layer and the positions first .. first + length - 1.
struct LayerSums {
  std::int64_t first = 0, length = 0;
  std::vector<SegmentSums> segments;
  const StrongEdge* edges = nullptr;  // [length, edges], over all heads and levels, strongest first
};

// Of what sums are wanted.
struct SumsWanted {
  std::int64_t length = 0;  // of the whole sequence: where its last segments are cut
  int strips = 32;          // of a segment's map at most
  int edges = 4;            // strongest edges into a position
};

// Receives the attention of each layer while a sequence is read: single weights from a processor, which has them at
// hand; sums from a GPU, which would take longer to give out its weights than to read.
class LayerSinks {
 public:
  virtual ~LayerSinks() = default;
  virtual attention::WeightSink* layer(int layer) = 0;  // null: this layer is not inspected
  virtual std::optional<SumsWanted> wanted() const { return std::nullopt; }  // nothing: no sums are understood
  virtual void take(int layer, const LayerSums& sums) { static_cast<void>(layer), static_cast<void>(sums); }
};

class Streaming {
 public:
  virtual ~Streaming() = default;

  // Surprisal in bits of the chunk's tokens, each given all before it, also those of earlier chunks.
  // The very first token costs log2(vocab). Null: nobody wants to know, which saves that part of the work; on one rank.
  virtual void append(std::span<const std::int32_t> tokens, float* surprisal_bits, LayerSinks* sinks) = 0;

  // Logits after the last token read, [vocab].
  virtual const std::vector<float>& next_logits() = 0;

  virtual std::int64_t position() const = 0;
  // What goes through the layers together ends at the multiples of this at the latest.
  virtual std::int64_t piece() const { return std::numeric_limits<std::int64_t>::max(); }
  virtual std::int64_t state_bytes() const = 0;  // of this rank

  // The same whatever computes and whatever the number of ranks: another one may go on. The first rank gets it, the
  // others nothing.
  virtual std::vector<std::byte> save() const = 0;
  virtual void load(std::span<const std::byte> state) = 0;  // throws core::Error where it does not fit this decoder
};

}  // namespace corpuscope::model
