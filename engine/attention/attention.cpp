// Whole sequences: the levels one after the other, the segments of a level side by side.
#include "attention/attention.h"

#include <algorithm>

#include "attention/kernel.h"
#include "attention/level_rotation.h"
#include "core/error.h"
#include "core/parallel.h"

namespace corpuscope::attention {

namespace {

void check(const Settings& settings, const Shape& shape) {
  pattern::check(settings.pattern, shape.heads);
  if (shape.length < 0 || shape.head_dim < 1 || shape.kv_heads < 1 || shape.heads % shape.kv_heads != 0)
    throw core::Error("the attention's shape is impossible", "Heads must be a multiple of the key and value heads.");
}

struct Task {
  int head = 0;
  pattern::Rows rows;
  std::int64_t part = 0;  // of the segment's rows
};

// Every segment of some heads at one level, cut into parts of equally many rows. Tasks are counted, not listed: their
// number grows with the length. Either all parts of a segment follow each other, so that its keys stay in the cache,
// or those of other segments lie between them, so that none waits for the one before it.
enum class Order { by_segment, by_part };

class Tasks {
 public:
  // Heads first, first + step, ...
  Tasks(const Settings& settings, const Shape& shape, int level, int first, int step, std::int64_t rows_a_part,
        Order order)
      : settings_(settings), shape_(shape), level_(level), first_(first), step_(step), order_(order) {
    const auto [w, r] = settings.pattern.levels[std::size_t(level)];
    parts_ = ((std::min(w, shape.length) + r - 1) / r + rows_a_part - 1) / rows_a_part;
    for (int head = first; head < shape.heads; head += step)
      segments_ = std::max(segments_, pattern::segment_count(settings.pattern, level, head, shape.length));
  }

  std::int64_t count() const { return segments_of_heads() * parts_; }

  // May lie beyond the rows of its segment, or have none.
  Task task(std::int64_t i) const {
    const std::int64_t of_heads = order_ == Order::by_segment ? i / parts_ : i % segments_of_heads();
    const std::int64_t part = order_ == Order::by_segment ? i % parts_ : i / segments_of_heads();
    const std::int64_t segment = of_heads % segments_;
    Task task{first_ + int(of_heads / segments_) * step_, {}, part};
    if (segment < pattern::segment_count(settings_.pattern, level_, task.head, shape_.length))
      task.rows = pattern::segment_rows(settings_.pattern, level_, task.head, shape_.heads, shape_.length, segment);
    return task;
  }
  std::int64_t parts() const { return parts_; }
  std::int64_t segments_of_heads() const { return (shape_.heads - first_ + step_ - 1) / step_ * segments_; }

 private:
  const Settings& settings_;
  const Shape& shape_;
  int level_, first_, step_;
  Order order_;
  std::int64_t parts_ = 0, segments_ = 0;
};

template <typename Element>
RowsOf<Element> rows_of(const Element* x, int heads, int head, int head_dim, const pattern::Rows& rows,
                        const LevelRotation* rotation) {
  return {x + (rows.first * heads + head) * head_dim, rows.dilation * heads * head_dim, rows.index, rotation};
}

// Whole segments: all rows as queries and as keys.
template <typename Element>
BlockOf<Element> block_of(const Settings& settings, const Shape& shape, const Task& task, const Element* q,
                          const Element* k, const Element* v, const LevelRotation* turn) {
  const int kv_head = task.head / (shape.heads / shape.kv_heads);
  BlockOf<Element> block;
  block.head_dim = shape.head_dim;
  block.scale = settings.scale;
  block.causal = settings.pattern.causal;
  block.queries = block.keys = task.rows.count;
  block.q = rows_of(q, shape.heads, task.head, shape.head_dim, task.rows, turn);
  block.k = rows_of(k, shape.kv_heads, kv_head, shape.head_dim, task.rows, turn);
  block.v = rows_of(v, shape.kv_heads, kv_head, shape.head_dim, task.rows, nullptr);
  return block;
}

template <typename Element>
void forward_levels(const Settings& settings, const Shape& shape, const Element* q, const Element* k, const Element* v,
                    float* out, float* lse) {
  check(settings, shape);
  const LevelRotation rotation(settings.rotary, settings.pattern, shape.head_dim);
  const LevelRotation* turn = rotation.active() ? &rotation : nullptr;
  const auto& passes = kernel().passes<Element>();
  const int d = shape.head_dim;
  for (int level = 0; level < int(settings.pattern.levels.size()); ++level) {
    const Tasks tasks(settings, shape, level, 0, 1, queries_per_pass, Order::by_segment);
    core::parallel_for(tasks.count(), [&](std::int64_t i) {
      const Task task = tasks.task(i);
      // The last queries come first, because they see the most keys: the tasks at the end are short, and the threads
      // end together.
      const std::int64_t first = (tasks.parts() - 1 - task.part) * queries_per_pass;
      if (first >= task.rows.count) return;
      BlockOf<Element> block = block_of(settings, shape, task, q, k, v, turn);
      const std::int64_t row = (task.rows.first + first * task.rows.dilation) * shape.heads + task.head;
      block.fresh = level == 0;
      block.queries = std::min(queries_per_pass, task.rows.count - first);
      block.query_row = first;
      block.q = block.q.from(first);
      block.out = out + row * d;
      block.out_stride = task.rows.dilation * shape.heads * d;
      block.lse = lse + row;
      block.lse_stride = task.rows.dilation * shape.heads;
      passes.forward(block);
    });
  }
}

// delta[row] = sum(out * dout) of each position and head.
std::vector<float> deltas(std::int64_t rows, int head_dim, const float* out, const float* dout) {
  std::vector<float> delta(static_cast<std::size_t>(rows));
  constexpr std::int64_t rows_a_task = 1024;
  core::parallel_for((rows + rows_a_task - 1) / rows_a_task, [&](std::int64_t task) {
    for (std::int64_t i = task * rows_a_task; i < std::min(rows, (task + 1) * rows_a_task); ++i) {
      double sum = 0;
      for (int c = 0; c < head_dim; ++c) sum += double(out[i * head_dim + c]) * dout[i * head_dim + c];
      delta[std::size_t(i)] = float(sum);
    }
  });
  return delta;
}

// Says at its end that a part has done all, even where an exception ends it: nobody waits for ever.
class Finally {
 public:
  explicit Finally(const Turns& turns) : turns_(turns) {}
  ~Finally() { turns_.done(Turns::all); }
  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;

 private:
  const Turns& turns_;
};

template <typename Element>
void backward_levels(const Settings& settings, const Shape& shape, const Element* q, const Element* k,
                     const Element* v, const float* out, const float* lse, const float* dout, float* dq, float* dk,
                     float* dv) {
  check(settings, shape);
  const LevelRotation rotation(settings.rotary, settings.pattern, shape.head_dim);
  const LevelRotation* turn = rotation.active() ? &rotation : nullptr;
  const auto& passes = kernel().passes<Element>();
  const int d = shape.head_dim, per_kv = shape.heads / shape.kv_heads;
  const std::int64_t rows_q = shape.length * shape.heads, floats_kv = shape.length * shape.kv_heads * d;
  std::fill(dq, dq + rows_q * d, 0.f);
  std::fill(dk, dk + floats_kv, 0.f);
  std::fill(dv, dv + floats_kv, 0.f);
  const std::vector<float> delta = deltas(rows_q, d, out, dout);
  std::vector<std::atomic<std::int64_t>> progress;

  // Heads that share keys and values add to the same rows: they take turns.
  const auto heads = [&](int level, int first) {
    const Tasks tasks(settings, shape, level, first, per_kv, keys_per_pass, Order::by_part);
    progress = std::vector<std::atomic<std::int64_t>>(std::size_t(tasks.count()));
    core::parallel_for(tasks.count(), [&](std::int64_t i) {
      const Task task = tasks.task(i);
      Turns turns;
      turns.mine = &progress[std::size_t(i)];
      if (task.part > 0) turns.before = &progress[std::size_t(i - tasks.segments_of_heads())];
      const Finally finally(turns);
      const std::int64_t key = task.part * keys_per_pass;
      if (key >= task.rows.count) return;
      BlockOf<Element> block = block_of(settings, shape, task, q, k, v, turn);
      block.keys = std::min(keys_per_pass, task.rows.count - key);
      block.query_row = -key;
      block.k = block.k.from(key);
      block.v = block.v.from(key);
      BlockGradients gradients;
      gradients.dout = rows_of(dout, shape.heads, task.head, d, task.rows, nullptr);
      gradients.lse = lse + task.rows.first * shape.heads + task.head;
      gradients.delta = delta.data() + task.rows.first * shape.heads + task.head;
      gradients.lse_stride = task.rows.dilation * shape.heads;
      gradients.dq = dq + (block.q.data - q);
      gradients.dk = dk + (block.k.data - k);
      gradients.dv = dv + (block.v.data - v);
      gradients.dq_stride = block.q.stride;
      gradients.dk_stride = block.k.stride;
      gradients.dv_stride = block.v.stride;
      gradients.turns = turns;
      passes.backward(block, gradients);
    });
  };
  for (int level = 0; level < int(settings.pattern.levels.size()); ++level)
    for (int first = 0; first < per_kv; ++first) heads(level, first);
}

}  // namespace

void forward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
             float* out, float* lse) {
  forward_levels(settings, shape, q, k, v, out, lse);
}

void forward(const Settings& settings, const Shape& shape, const Bf16* q, const Bf16* k, const Bf16* v, float* out,
             float* lse) {
  forward_levels(settings, shape, q, k, v, out, lse);
}

void backward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
              const float* out, const float* lse, const float* dout, float* dq, float* dk, float* dv) {
  backward_levels(settings, shape, q, k, v, out, lse, dout, dq, dk, dv);
}

void backward(const Settings& settings, const Shape& shape, const Bf16* q, const Bf16* k, const Bf16* v,
              const float* out, const float* lse, const float* dout, float* dq, float* dk, float* dv) {
  backward_levels(settings, shape, q, k, v, out, lse, dout, dq, dk, dv);
}

}  // namespace corpuscope::attention
