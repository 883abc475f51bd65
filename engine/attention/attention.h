#pragma once
// Dilated attention on the processor: forward, exact backward, streaming, inspection.
//
// Arrays are row-major float32 or bf16, [N, heads, head_dim]; k and v have kv_heads heads, head h uses those of
// h / (heads / kv_heads). The output of a position is ONE softmax over the concatenated keys that it sees at
// all levels (LongNet, equations 9 and 10, with exact gradients); lse [N, heads] is the natural logarithm of
// its denominator.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "compute/bf16.h"
#include "pattern/pattern.h"

namespace corpuscope::attention {

using compute::Bf16;
template <typename Element>
struct BlockOf;

struct Shape {
  std::int64_t length = 0;
  int heads = 1;
  int kv_heads = 1;
  int head_dim = 1;
};

// Rotation counted within each level's gathered segment (position scheme `per_level`): applied while rows are
// loaded, anew for every level. Off where base == 0.
struct LevelRotary {
  double base = 0;
  bool interleaved = false;
  double factor = 1;  // indices are divided by it
};

struct Settings {
  pattern::Pattern pattern;
  float scale = 1;
  LevelRotary rotary;
};

// Weights of a block of query rows on a block of key rows of one head, level and segment.
// Row i of the block is position query.first + i * dilation; a weight is its share of the whole softmax over
// all levels; masked weights are 0.
struct WeightTile {
  int head = 0;
  int level = 0;
  std::int64_t query_first = 0, key_first = 0;  // positions
  int queries = 0, keys = 0;
  std::int64_t dilation = 1;
  const float* weights = nullptr;  // [queries, stride]
  int stride = 0;
};

// Receives every tile of the weights. Tiles of one head come from one thread at a time, in order of level, then
// query, the newest keys first; different heads may come at once.
class WeightSink {
 public:
  virtual ~WeightSink() = default;
  virtual void tile(const WeightTile& tile) = 0;
};

// The straightforward definition, O(N^2), in double: what every other path is compared with.
namespace reference {
void forward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
             float* out, float* lse);
void backward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
              const float* dout, float* dq, float* dk, float* dv);
}  // namespace reference

void forward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
             float* out, float* lse);

// Where compute::precision() is bf16, float32 numbers are rounded to bf16 before they are multiplied, on processors that
// have such products; that goes for backward and Stream too. The weights that a sink gets then come from float32 scores
// and the denominator of the rounded ones: their sum is 1 to about 1e-2.

// The same of bf16 numbers; sums, results and the softmax are float32. Products are of bf16 numbers where the processor
// multiplies them (relative error of the output about 3e-3), else of float32 ones.
void forward(const Settings& settings, const Shape& shape, const Bf16* q, const Bf16* k, const Bf16* v, float* out,
             float* lse);

// dq, dk, dv are overwritten with the exact gradients of sum(out * dout).
void backward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
              const float* out, const float* lse, const float* dout, float* dq, float* dk, float* dv);
void backward(const Settings& settings, const Shape& shape, const Bf16* q, const Bf16* k, const Bf16* v,
              const float* out, const float* lse, const float* dout, float* dq, float* dk, float* dv);

class LevelRotation;

// Heads begin .. end - 1.
struct HeadRange {
  int begin = 0, end = 0;
  int count() const { return end - begin; }
};

// Causal attention of a sequence that arrives in chunks. Keeps, for each level and head, the keys and values of
// the current segment that take part: its memory does not depend on how much has been read. The results equal
// the whole-sequence forward for any chunking.
//
// A stream may have some of the heads alone: then the arrays hold those, and the key and value heads that they use.
class Stream {
 public:
  Stream(Settings settings, int heads, int kv_heads, int head_dim);
  Stream(Settings settings, int heads, int kv_heads, int head_dim, HeadRange own);

  // Appends `length` positions and writes their outputs; `sink` (may be null) gets the new positions' weights.
  void append(std::int64_t length, const float* q, const float* k, const float* v, float* out, float* lse,
              WeightSink* sink = nullptr);

  // For a stream that has read nothing: the sequence begins at this position, and there is nothing before it. It cannot
  // be saved.
  void begin_at(std::int64_t position);

  // Multiplies dimension i of every kept key by factors[i]: for positions that are counted from an origin which
  // moves on (xPos), so that their numbers stay in range.
  void scale_keys(std::span<const float> factors);

  std::int64_t position() const { return position_; }
  std::int64_t bytes() const;  // of the state

  // The state as bytes, to be kept and to go on from, in sections: those of streams that share the heads, each joined
  // in the order of the heads, are those of one stream with all of them.
  std::vector<std::vector<std::byte>> save_sections() const;
  std::vector<std::byte> save() const;  // all sections; for a stream with all heads
  // Of a stream with all heads; what this one has none of is left out. Throws core::Error where it does not fit these
  // settings.
  void load(std::span<const std::byte> state);

 private:
  struct Cache {          // of one head at one level
    std::int64_t segment = -1;
    std::int64_t first = 0;   // position of row 0
    std::int64_t count = 0;
    // While a chunk is read these are the last of `held` rows: before them lie those of segments that end in it.
    std::int64_t held = 0;
    std::vector<float> k, v;  // [held, head_dim], and room that is kept
  };

  // The rows that a chunk adds to one segment, and where the segment's keys lie in the head's gathered array.
  struct Part {
    int level = 0;
    pattern::Rows rows;          // new ones
    std::int64_t key_row = 0;    // in the gathered array, of the segment's first kept key
    std::int64_t key_first = 0;  // its position
    std::int64_t query_row = 0;  // of the first new row, counted from key_row
  };

  // The queries of a part that one thread reads at a time.
  struct Piece {
    int head = 0;
    const Part* part = nullptr;
    std::int64_t first = 0;
  };

  struct Chunk {  // what append was given
    std::int64_t length = 0;
    const float *q = nullptr, *k = nullptr, *v = nullptr;
    float *out = nullptr, *lse = nullptr;
    WeightSink* sink = nullptr;
  };

  const Cache& cache_of(int level, int head) const {
    return caches_[std::size_t(level * own_.count() + head - own_.begin)];
  }
  Cache& cache_of(int level, int head) { return caches_[std::size_t(level * own_.count() + head - own_.begin)]; }
  std::vector<Part>& parts_of(int head) { return parts_[std::size_t(head - own_.begin)]; }
  bool fits(const Cache& cache, int level, int head, std::int64_t position) const;
  void read_heads(HeadRange heads, const Chunk& chunk);
  void keep_rows(int head, const Chunk& chunk);
  BlockOf<float> block_of(const Part& part, int head, const Chunk& chunk) const;
  void read_level(int level, HeadRange heads, const Chunk& chunk);
  void give_weights(int head, const Chunk& chunk) const;
  void forget_ended(int head);

  Settings settings_;
  int heads_, kv_heads_, head_dim_;  // of all
  HeadRange own_, own_kv_;           // that the arrays hold
  std::shared_ptr<const LevelRotation> rotation_;  // its tables serve every chunk
  pattern::Rows rows_of(int level, int head, std::int64_t end, std::int64_t segment) const;

  std::int64_t position_ = 0;
  std::int64_t beginning_ = 0;            // no position before it exists
  std::vector<Cache> caches_;             // [level, own head]
  std::vector<std::vector<Part>> parts_;  // [own head], of the chunk in hand: the room is kept
  std::vector<std::vector<Piece>> pieces_;  // [first of the heads that are read together], of the level in hand
};

}  // namespace corpuscope::attention
