#include "parallel/sequence_attention.h"

#include <algorithm>
#include <compare>
#include <map>
#include <vector>

#include "attention/kernel.h"
#include "attention/level_rotation.h"
#include "core/parallel.h"

namespace corpuscope::parallel {

namespace {

using attention::Block;
using attention::LevelRotation;
using attention::Settings;
using attention::Shape;
using pattern::Rows;

Rows clipped(const Rows& rows, const Part& part) {
  const auto row_at = [&](std::int64_t position) {  // the first row at or behind it
    return std::clamp<std::int64_t>((position - rows.first + rows.dilation - 1) / rows.dilation, 0, rows.count);
  };
  const std::int64_t from = part.begin <= rows.first ? 0 : row_at(part.begin);
  const std::int64_t to = part.end <= rows.first ? 0 : row_at(part.end);
  return {rows.first + from * rows.dilation, std::max<std::int64_t>(0, to - from), rows.dilation, rows.index + from};
}

struct Key {
  int level = 0, head = 0;
  std::int64_t segment = 0;
  auto operator<=>(const Key&) const = default;
};

// A head's segment of a level where it meets this rank's part.
struct Segment {
  Key key;
  Rows rows, own;  // of the whole segment, and those of this rank
  std::int64_t before() const { return own.index - rows.index; }
};

// Keys and values of a segment that begins on an earlier rank, or goes on on a later one that is seen too:
// [rows, head_dim] from the segment's first row on, this rank's own among them.
struct Gathered {
  std::vector<float> k, v, dk, dv;
};

class Split {
 public:
  Split(Collective& ranks, const Settings& settings, const Shape& shape);

  void forward(const float* q, const float* k, const float* v, float* out, float* lse);
  void backward(const float* q, const float* k, const float* v, const float* lse, const float* dout,
                const float* delta, float* dq, float* dk, float* dv);

 private:
  Part part(int rank) const { return part_of(shape_.length, rank, ranks_.size()); }
  Rows rows_of(const Key& key) const {
    return pattern::segment_rows(settings_.pattern, key.level, key.head, shape_.heads, shape_.length, key.segment);
  }
  std::int64_t segment_at(int level, int head, std::int64_t position) const {
    return (position + pattern::shift(settings_.pattern, level, head)) /
           settings_.pattern.levels[std::size_t(level)].segment;
  }
  int kv_head(int head) const { return head / (shape_.heads / shape_.kv_heads); }
  // Where a row's numbers begin in this rank's arrays.
  std::int64_t query_at(int head, std::int64_t position) const {
    return ((position - mine_.begin) * shape_.heads + head) * shape_.head_dim;
  }
  std::int64_t key_at(int head, std::int64_t position) const {
    return ((position - mine_.begin) * shape_.kv_heads + kv_head(head)) * shape_.head_dim;
  }

  template <typename Visit>
  void each_key(const Part& first, const Part& last, Visit visit) const;
  template <typename Visit>
  void shared(int from, int to, Visit visit) const;

  void send_keys(const float* k, const float* v);
  void receive_keys(const float* k, const float* v);
  void send_gradients();
  void receive_gradients(float* dk, float* dv);

  Block block_of(const Segment& segment, const float* q, const float* k, const float* v);
  template <typename Body>
  void each_segment(const std::vector<Segment>& segments, int level, Body body) const;

  Collective& ranks_;
  const Settings& settings_;
  const Shape& shape_;
  LevelRotation rotation_;
  Part mine_;
  std::map<Key, Gathered> gathered_;
  std::vector<Segment> local_, remote_;  // whose keys all lie on this rank, and those in gathered_
};

// The segments that hold positions of both parts, `first` not behind `last`.
template <typename Visit>
void Split::each_key(const Part& first, const Part& last, Visit visit) const {
  if (first.count() == 0 || last.count() == 0) return;
  for (int level = 0; level < int(settings_.pattern.levels.size()); ++level)
    for (int head = 0; head < shape_.heads; ++head)
      for (std::int64_t s = segment_at(level, head, last.begin); s <= segment_at(level, head, first.end - 1); ++s)
        visit(Key{level, head, s});
}

// What `from` sends to `to`, always in the same order: visit(key, rows of the segment, rows of `from`).
template <typename Visit>
void Split::shared(int from, int to, Visit visit) const {
  if (from == to || (settings_.pattern.causal && from > to)) return;
  each_key(part(std::min(from, to)), part(std::max(from, to)), [&](const Key& key) {
    const Rows rows = rows_of(key), sent = clipped(rows, part(from));
    if (sent.count > 0 && clipped(rows, part(to)).count > 0) visit(key, rows, sent);
  });
}

Split::Split(Collective& ranks, const Settings& settings, const Shape& shape)
    : ranks_(ranks),
      settings_(settings),
      shape_(shape),
      rotation_(settings.rotary, settings.pattern, shape.head_dim),
      mine_(part_of(shape.length, ranks.rank(), ranks.size())) {
  for (int from = 0; from < ranks_.size(); ++from)
    shared(from, ranks_.rank(), [&](const Key& key, const Rows&, const Rows&) { gathered_[key]; });
  each_key(mine_, mine_, [&](const Key& key) {
    const Rows rows = rows_of(key), own = clipped(rows, mine_);
    if (own.count > 0) (gathered_.contains(key) ? remote_ : local_).push_back({key, rows, own});
  });
}

void Split::send_keys(const float* k, const float* v) {
  std::vector<std::vector<float>> sent(static_cast<std::size_t>(ranks_.size()));
  for (int to = 0; to < ranks_.size(); ++to)
    shared(ranks_.rank(), to, [&](const Key& key, const Rows&, const Rows& rows) {
      for (const float* x : {k, v})
        for (std::int64_t i = 0; i < rows.count; ++i) {
          const float* row = x + key_at(key.head, rows.first + i * rows.dilation);
          sent[std::size_t(to)].insert(sent[std::size_t(to)].end(), row, row + shape_.head_dim);
        }
    });
  ranks_.start_exchange(std::move(sent));
}

void Split::receive_keys(const float* k, const float* v) {
  const int d = shape_.head_dim;
  for (const Segment& segment : remote_) {
    Gathered& keys = gathered_.at(segment.key);
    const std::int64_t seen = settings_.pattern.causal ? segment.before() + segment.own.count : segment.rows.count;
    keys.k.resize(std::size_t(seen * d));
    keys.v.resize(std::size_t(seen * d));
    for (std::int64_t i = 0; i < segment.own.count; ++i) {
      const std::int64_t at = key_at(segment.key.head, segment.own.first + i * segment.own.dilation);
      std::copy_n(k + at, d, keys.k.data() + (segment.before() + i) * d);
      std::copy_n(v + at, d, keys.v.data() + (segment.before() + i) * d);
    }
  }
  const auto received = ranks_.finish_exchange();
  for (int from = 0; from < ranks_.size(); ++from) {
    const float* at = received[std::size_t(from)].data();
    shared(from, ranks_.rank(), [&](const Key& key, const Rows& rows, const Rows& sent) {
      Gathered& keys = gathered_.at(key);
      for (std::vector<float>* x : {&keys.k, &keys.v}) {
        std::copy_n(at, sent.count * d, x->data() + (sent.index - rows.index) * d);
        at += sent.count * d;
      }
    });
  }
}

void Split::send_gradients() {
  const int d = shape_.head_dim;
  std::vector<std::vector<float>> sent(static_cast<std::size_t>(ranks_.size()));
  for (int to = 0; to < ranks_.size(); ++to)
    shared(to, ranks_.rank(), [&](const Key& key, const Rows& rows, const Rows& theirs) {
      const Gathered& keys = gathered_.at(key);
      for (const std::vector<float>* x : {&keys.dk, &keys.dv}) {
        const float* from = x->data() + (theirs.index - rows.index) * d;
        sent[std::size_t(to)].insert(sent[std::size_t(to)].end(), from, from + theirs.count * d);
      }
    });
  ranks_.start_exchange(std::move(sent));
}

void Split::receive_gradients(float* dk, float* dv) {
  const int d = shape_.head_dim;
  const auto add = [&](float* x, const float* from, int head, const Rows& rows) {
    for (std::int64_t i = 0; i < rows.count; ++i) {
      float* row = x + key_at(head, rows.first + i * rows.dilation);
      for (int c = 0; c < d; ++c) row[c] += from[i * d + c];
    }
  };
  for (const Segment& segment : remote_) {
    const Gathered& keys = gathered_.at(segment.key);
    add(dk, keys.dk.data() + segment.before() * d, segment.key.head, segment.own);
    add(dv, keys.dv.data() + segment.before() * d, segment.key.head, segment.own);
  }
  const auto received = ranks_.finish_exchange();
  for (int from = 0; from < ranks_.size(); ++from) {
    const float* at = received[std::size_t(from)].data();
    shared(ranks_.rank(), from, [&](const Key& key, const Rows&, const Rows& rows) {
      add(dk, at, key.head, rows);
      add(dv, at + rows.count * d, key.head, rows);
      at += 2 * rows.count * d;
    });
  }
}

// Without out and lse, which the directions use in their own ways. Keys of local segments are read in place.
Block Split::block_of(const Segment& segment, const float* q, const float* k, const float* v) {
  const auto gathered = gathered_.find(segment.key);
  const int d = shape_.head_dim, head = segment.key.head;
  const LevelRotation* turn = rotation_.active() ? &rotation_ : nullptr;
  Block block;
  block.head_dim = d;
  block.scale = settings_.scale;
  block.causal = settings_.pattern.causal;
  block.queries = segment.own.count;
  block.q = {q + query_at(head, segment.own.first), segment.own.dilation * shape_.heads * d, segment.own.index, turn};
  if (gathered == gathered_.end()) {
    const std::int64_t at = key_at(head, segment.own.first), stride = segment.own.dilation * shape_.kv_heads * d;
    block.keys = segment.own.count;
    block.k = {k + at, stride, segment.own.index, turn};
    block.v = {v + at, stride, 0, nullptr};
  } else {
    const Gathered& keys = gathered->second;
    block.keys = std::int64_t(keys.k.size()) / d;
    block.query_row = segment.before();
    block.k = {keys.k.data(), d, segment.rows.index, turn};
    block.v = {keys.v.data(), d, 0, nullptr};
  }
  return block;
}

// Those of one level; heads that share keys and values one after the other, all else side by side.
template <typename Body>
void Split::each_segment(const std::vector<Segment>& segments, int level, Body body) const {
  const auto run = [&](const Segment& segment) {
    if (segment.key.level == level) body(segment);
  };
  if (shape_.heads == shape_.kv_heads)
    core::parallel_for(std::int64_t(segments.size()), [&](std::int64_t i) { run(segments[std::size_t(i)]); });
  else
    core::parallel_for(shape_.kv_heads, [&](std::int64_t group) {
      for (const Segment& segment : segments)
        if (kv_head(segment.key.head) == group) run(segment);
    });
}

void Split::forward(const float* q, const float* k, const float* v, float* out, float* lse) {
  const int levels = int(settings_.pattern.levels.size());
  const std::int64_t rows = mine_.count() * shape_.heads;
  // What a softmax over no keys would be: then segments may come in any order.
  std::fill(out, out + rows * shape_.head_dim, 0.f);
  std::fill(lse, lse + rows, -1e30f);
  const auto& passes = attention::kernel().passes<float>();
  const auto compute = [&](const Segment& segment) {
    Block block = block_of(segment, q, k, v);
    const std::int64_t at = query_at(segment.key.head, segment.own.first);
    block.out = out + at;
    block.out_stride = block.q.stride;
    block.lse = lse + at / shape_.head_dim;
    block.lse_stride = segment.own.dilation * shape_.heads;
    passes.forward(block);
  };
  send_keys(k, v);
  for (int level = 0; level < levels; ++level) each_segment(local_, level, compute);
  receive_keys(k, v);
  for (int level = 0; level < levels; ++level) each_segment(remote_, level, compute);
}

void Split::backward(const float* q, const float* k, const float* v, const float* lse, const float* dout,
                     const float* delta, float* dq, float* dk, float* dv) {
  const int levels = int(settings_.pattern.levels.size()), d = shape_.head_dim;
  const auto& passes = attention::kernel().passes<float>();
  const auto compute = [&](const Segment& segment) {
    const Block block = block_of(segment, q, k, v);
    const std::int64_t at = query_at(segment.key.head, segment.own.first);
    attention::BlockGradients gradients;
    gradients.dout = {dout + at, block.q.stride, 0, nullptr};
    gradients.lse = lse + at / d;
    gradients.delta = delta + at / d;
    gradients.lse_stride = segment.own.dilation * shape_.heads;
    gradients.dq = dq + at;
    gradients.dq_stride = block.q.stride;
    gradients.dk_stride = gradients.dv_stride = block.k.stride;
    if (const auto gathered = gathered_.find(segment.key); gathered != gathered_.end()) {
      gradients.dk = gathered->second.dk.data();
      gradients.dv = gathered->second.dv.data();
    } else {
      gradients.dk = dk + (block.k.data - k);
      gradients.dv = dv + (block.v.data - v);
    }
    passes.backward(block, gradients);
  };
  // The keys travel while the first level is computed, the gradients while the others are.
  send_keys(k, v);
  each_segment(local_, 0, compute);
  receive_keys(k, v);
  for (auto& [key, keys] : gathered_) {
    keys.dk.assign(keys.k.size(), 0.f);
    keys.dv.assign(keys.v.size(), 0.f);
  }
  for (int level = 0; level < levels; ++level) each_segment(remote_, level, compute);
  send_gradients();
  for (int level = 1; level < levels; ++level) each_segment(local_, level, compute);
  receive_gradients(dk, dv);
}

}  // namespace

Part part_of(std::int64_t length, int rank, int ranks) {
  const std::int64_t each = (length + ranks - 1) / ranks;
  const std::int64_t begin = std::min(length, rank * each);
  return {begin, std::min(length, begin + each)};
}

void forward(Collective& ranks, const Settings& settings, const Shape& shape, const float* q, const float* k,
             const float* v, float* out, float* lse) {
  if (ranks.size() == 1) return attention::forward(settings, shape, q, k, v, out, lse);
  pattern::check(settings.pattern, shape.heads);
  Split(ranks, settings, shape).forward(q, k, v, out, lse);
}

void backward(Collective& ranks, const Settings& settings, const Shape& shape, const float* q, const float* k,
              const float* v, const float* out, const float* lse, const float* dout, float* dq, float* dk,
              float* dv) {
  if (ranks.size() == 1) return attention::backward(settings, shape, q, k, v, out, lse, dout, dq, dk, dv);
  pattern::check(settings.pattern, shape.heads);
  const Part mine = part_of(shape.length, ranks.rank(), ranks.size());
  const std::int64_t rows = mine.count() * shape.heads, d = shape.head_dim;
  std::vector<float> delta(static_cast<std::size_t>(rows));
  for (std::int64_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (std::int64_t c = 0; c < d; ++c) sum += double(out[i * d + c]) * dout[i * d + c];
    delta[std::size_t(i)] = float(sum);
  }
  std::fill(dq, dq + rows * d, 0.f);
  std::fill(dk, dk + mine.count() * shape.kv_heads * d, 0.f);
  std::fill(dv, dv + mine.count() * shape.kv_heads * d, 0.f);
  Split(ranks, settings, shape).backward(q, k, v, lse, dout, delta.data(), dq, dk, dv);
}

}  // namespace corpuscope::parallel
