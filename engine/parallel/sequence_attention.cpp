#include "parallel/sequence_attention.h"

#include <algorithm>

#include "attention/kernel.h"
#include "attention/level_rotation.h"
#include "core/parallel.h"

namespace corpuscope::parallel {

namespace {

using attention::Block;
using attention::LevelRotation;
using attention::RowsIn;
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

// One head's segment of one level, as one rank sees it.
struct Segment {
  int level = 0, head = 0;
  Rows rows;  // of the whole segment
};

// The segments that hold a row of the part, always in the same order: what two ranks exchange lies in this order.
std::vector<Segment> segments_in(const Settings& settings, const Shape& shape, const Part& part) {
  std::vector<Segment> segments;
  if (part.count() == 0) return segments;
  for (int level = 0; level < int(settings.pattern.levels.size()); ++level)
    for (int head = 0; head < shape.heads; ++head) {
      const std::int64_t w = settings.pattern.levels[std::size_t(level)].segment;
      const std::int64_t t = pattern::shift(settings.pattern, level, head);
      for (std::int64_t s = (part.begin + t) / w; s <= (part.end - 1 + t) / w; ++s) {
        const Rows rows = pattern::segment_rows(settings.pattern, level, head, shape.heads, shape.length, s);
        if (clipped(rows, part).count > 0) segments.push_back({level, head, rows});
      }
    }
  return segments;
}

class Split {
 public:
  Split(Collective& ranks, const Settings& settings, const Shape& shape)
      : ranks_(ranks), settings_(settings), shape_(shape), rotation_(settings.rotary, settings.pattern, shape.head_dim),
        mine_(part_of(shape.length, ranks.rank(), ranks.size())), segments_(segments_in(settings, shape, mine_)) {}

  // Keys (or values) of other ranks for each of this rank's segments, in rank order; this rank's own stand among them.
  void exchange(const float* k, const float* v);

  void forward(const float* q, float* out, float* lse);
  void backward(const float* q, const float* lse, const float* delta, const float* dout, float* dq, float* dk,
                float* dv);

 private:
  struct Gathered {
    std::vector<float> k, v, dk, dv;  // [rows, head_dim] of the segment's visible rows
    std::int64_t own = 0;             // row of this rank's first
  };

  Part part(int rank) const { return part_of(shape_.length, rank, ranks_.size()); }
  bool sends(int from, int to) const { return from != to && (!settings_.pattern.causal || from < to); }
  int kv_head(int head) const { return head / (shape_.heads / shape_.kv_heads); }

  template <typename Visit>  // segment, rows: what `from` sends to `to`
  void shared(int from, int to, Visit visit) const {
    if (!sends(from, to)) return;
    const std::vector<Segment> segments = segments_in(settings_, shape_, part(to));
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (const Rows rows = clipped(segments[i].rows, part(from)); rows.count > 0) visit(i, segments[i], rows);
  }

  Block block_of(std::size_t i, const float* q) const;
  template <typename Body>
  void each_segment(Body body);
  void send_gradients_back(float* dk, float* dv);

  Collective& ranks_;
  const Settings& settings_;
  const Shape& shape_;
  LevelRotation rotation_;
  Part mine_;
  std::vector<Segment> segments_;
  std::vector<Gathered> gathered_;
};

void Split::exchange(const float* k, const float* v) {
  const int d = shape_.head_dim, size = ranks_.size(), rank = ranks_.rank();
  const auto copy = [&](std::vector<float>& to, const float* x, int head, const Rows& rows) {
    for (std::int64_t i = 0; i < rows.count; ++i) {
      const float* row = x + ((rows.first + i * rows.dilation - mine_.begin) * shape_.kv_heads + kv_head(head)) * d;
      to.insert(to.end(), row, row + d);
    }
  };
  std::vector<std::vector<float>> sent(static_cast<std::size_t>(size));
  for (int to = 0; to < size; ++to)
    shared(rank, to, [&](std::size_t, const Segment& segment, const Rows& rows) {
      copy(sent[std::size_t(to)], k, segment.head, rows);
      copy(sent[std::size_t(to)], v, segment.head, rows);
    });
  const auto received = ranks_.all_to_all(std::move(sent));
  gathered_.assign(segments_.size(), {});
  for (int from = 0; from < size; ++from) {
    if (from == rank) {
      for (std::size_t i = 0; i < segments_.size(); ++i) {
        const Rows rows = clipped(segments_[i].rows, mine_);
        gathered_[i].own = std::int64_t(gathered_[i].k.size()) / d;
        copy(gathered_[i].k, k, segments_[i].head, rows);
        copy(gathered_[i].v, v, segments_[i].head, rows);
      }
      continue;
    }
    auto at = received[std::size_t(from)].begin();
    shared(from, rank, [&](std::size_t i, const Segment&, const Rows& rows) {
      gathered_[i].k.insert(gathered_[i].k.end(), at, at + rows.count * d);
      at += rows.count * d;
      gathered_[i].v.insert(gathered_[i].v.end(), at, at + rows.count * d);
      at += rows.count * d;
    });
  }
}

Block Split::block_of(std::size_t i, const float* q) const {
  const Segment& segment = segments_[i];
  const Gathered& keys = gathered_[i];
  const Rows rows = clipped(segment.rows, mine_);
  const int d = shape_.head_dim;
  const LevelRotation* turn = rotation_.active() ? &rotation_ : nullptr;
  Block block;
  block.head_dim = d;
  block.scale = settings_.scale;
  block.causal = settings_.pattern.causal;
  block.fresh = segment.level == 0;
  block.queries = rows.count;
  block.keys = std::int64_t(keys.k.size()) / d;
  block.query_row = keys.own;
  block.q = {q + ((rows.first - mine_.begin) * shape_.heads + segment.head) * d, rows.dilation * shape_.heads * d,
             rows.index, turn};
  block.k = {keys.k.data(), d, segment.rows.index, turn};
  block.v = {keys.v.data(), d, 0, nullptr};
  return block;
}

// Levels one after the other; heads that share keys and values one after the other, all else side by side.
template <typename Body>
void Split::each_segment(Body body) {
  for (int level = 0; level < int(settings_.pattern.levels.size()); ++level)
    core::parallel_for(shape_.kv_heads, [&](std::int64_t group) {
      for (std::size_t i = 0; i < segments_.size(); ++i)
        if (segments_[i].level == level && kv_head(segments_[i].head) == group) body(i);
    });
}

void Split::forward(const float* q, float* out, float* lse) {
  each_segment([&](std::size_t i) {
    Block block = block_of(i, q);
    const Rows rows = clipped(segments_[i].rows, mine_);
    block.out = out + (block.q.data - q);
    block.out_stride = block.q.stride;
    block.lse = lse + (rows.first - mine_.begin) * shape_.heads + segments_[i].head;
    block.lse_stride = rows.dilation * shape_.heads;
    attention::kernel().forward(block);
  });
}

void Split::backward(const float* q, const float* lse, const float* delta, const float* dout, float* dq, float* dk,
                     float* dv) {
  for (Gathered& keys : gathered_) {
    keys.dk.assign(keys.k.size(), 0.f);
    keys.dv.assign(keys.v.size(), 0.f);
  }
  each_segment([&](std::size_t i) {
    const Block block = block_of(i, q);
    const Rows rows = clipped(segments_[i].rows, mine_);
    const std::int64_t at = (rows.first - mine_.begin) * shape_.heads + segments_[i].head;
    attention::BlockGradients gradients;
    gradients.dout = {dout + at * shape_.head_dim, block.q.stride, 0, nullptr};
    gradients.lse = lse + at;
    gradients.delta = delta + at;
    gradients.lse_stride = rows.dilation * shape_.heads;
    gradients.dq = dq + at * shape_.head_dim;
    gradients.dq_stride = block.q.stride;
    gradients.dk = gathered_[i].dk.data();
    gradients.dv = gathered_[i].dv.data();
    gradients.dk_stride = gradients.dv_stride = shape_.head_dim;
    attention::kernel().backward(block, gradients);
  });
  send_gradients_back(dk, dv);
}

void Split::send_gradients_back(float* dk, float* dv) {
  const int d = shape_.head_dim, size = ranks_.size(), rank = ranks_.rank();
  const auto add = [&](float* x, const float* from, int head, const Rows& rows) {
    for (std::int64_t i = 0; i < rows.count; ++i) {
      float* row = x + ((rows.first + i * rows.dilation - mine_.begin) * shape_.kv_heads + kv_head(head)) * d;
      for (int c = 0; c < d; ++c) row[c] += from[i * d + c];
    }
  };
  std::vector<std::vector<float>> sent(static_cast<std::size_t>(size));
  std::vector<std::int64_t> next(segments_.size(), 0);  // of each segment, the first gathered row of the next rank
  for (int from = 0; from < size; ++from) {
    if (from == rank) {
      for (std::size_t i = 0; i < segments_.size(); ++i) {
        const Rows rows = clipped(segments_[i].rows, mine_);
        add(dk, gathered_[i].dk.data() + gathered_[i].own * d, segments_[i].head, rows);
        add(dv, gathered_[i].dv.data() + gathered_[i].own * d, segments_[i].head, rows);
        next[i] = gathered_[i].own + rows.count;
      }
      continue;
    }
    shared(from, rank, [&](std::size_t i, const Segment&, const Rows& rows) {
      auto& row = sent[std::size_t(from)];
      for (const auto* x : {&gathered_[i].dk, &gathered_[i].dv})
        row.insert(row.end(), x->begin() + next[i] * d, x->begin() + (next[i] + rows.count) * d);
      next[i] += rows.count;
    });
  }
  const auto received = ranks_.all_to_all(std::move(sent));
  for (int to = 0; to < size; ++to) {
    const float* at = received[std::size_t(to)].data();
    shared(rank, to, [&](std::size_t, const Segment& segment, const Rows& rows) {
      add(dk, at, segment.head, rows);
      add(dv, at + rows.count * d, segment.head, rows);
      at += 2 * rows.count * d;
    });
  }
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
  Split split(ranks, settings, shape);
  split.exchange(k, v);
  split.forward(q, out, lse);
}

void backward(Collective& ranks, const Settings& settings, const Shape& shape, const float* q, const float* k,
              const float* v, const float* out, const float* lse, const float* dout, float* dq, float* dk, float* dv) {
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
  Split split(ranks, settings, shape);
  split.exchange(k, v);
  split.backward(q, lse, delta.data(), dout, dq, dk, dv);
}

}  // namespace corpuscope::parallel
