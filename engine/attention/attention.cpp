// Whole sequences: the levels one after the other, the segments of a level side by side.
#include "attention/attention.h"

#include <algorithm>

#include "attention/kernel.h"
#include "attention/level_rotation.h"
#include "core/error.h"
#include "core/parallel.h"

namespace corpuscope::attention {

namespace {

constexpr std::int64_t queries_per_task = 256;

struct Task {
  int head = 0;
  pattern::Rows rows;
  std::int64_t first_query = 0;
};

void check(const Settings& settings, const Shape& shape) {
  pattern::check(settings.pattern, shape.heads);
  if (shape.length < 0 || shape.head_dim < 1 || shape.kv_heads < 1 || shape.heads % shape.kv_heads != 0)
    throw core::Error("the attention's shape is impossible", "Heads must be a multiple of the key and value heads.");
}

// Tasks of a level: every segment of every head, cut into blocks of queries; the longest come first, so that the
// threads end together.
std::vector<Task> tasks_of(const Settings& settings, const Shape& shape, int level, std::int64_t block) {
  std::vector<Task> tasks;
  for (int head = 0; head < shape.heads; ++head) {
    const std::int64_t segments = pattern::segment_count(settings.pattern, level, head, shape.length);
    for (std::int64_t s = 0; s < segments; ++s) {
      const pattern::Rows rows = pattern::segment_rows(settings.pattern, level, head, shape.heads, shape.length, s);
      for (std::int64_t first = 0; first < rows.count; first += block) tasks.push_back({head, rows, first});
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.first_query > b.first_query; });
  return tasks;
}

RowsIn rows_in(const float* x, int heads, int head, int head_dim, const pattern::Rows& rows,
               const LevelRotation* rotation) {
  return {x + (rows.first * heads + head) * head_dim, rows.dilation * heads * head_dim, rows.index, rotation};
}

}  // namespace

void forward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
             float* out, float* lse) {
  check(settings, shape);
  const LevelRotation rotation(settings.rotary, settings.pattern, shape.head_dim);
  const LevelRotation* turn = rotation.active() ? &rotation : nullptr;
  const int d = shape.head_dim, per_kv = shape.heads / shape.kv_heads;
  for (int level = 0; level < int(settings.pattern.levels.size()); ++level) {
    const auto tasks = tasks_of(settings, shape, level, queries_per_task);
    core::parallel_for(std::int64_t(tasks.size()), [&](std::int64_t t) {
      const auto& [head, rows, first] = tasks[std::size_t(t)];
      const std::int64_t position = rows.first + first * rows.dilation;
      Block block;
      block.head_dim = d;
      block.scale = settings.scale;
      block.causal = settings.pattern.causal;
      block.fresh = level == 0;
      block.queries = std::min(queries_per_task, rows.count - first);
      block.keys = rows.count;
      block.query_row = first;
      block.q = rows_in(q, shape.heads, head, d, {position, 0, rows.dilation, rows.index + first}, turn);
      block.k = rows_in(k, shape.kv_heads, head / per_kv, d, rows, turn);
      block.v = rows_in(v, shape.kv_heads, head / per_kv, d, rows, nullptr);
      block.out = out + (position * shape.heads + head) * d;
      block.out_stride = rows.dilation * shape.heads * d;
      block.lse = lse + position * shape.heads + head;
      block.lse_stride = rows.dilation * shape.heads;
      kernel().forward(block);
    });
  }
}

void backward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
              const float* out, const float* lse, const float* dout, float* dq, float* dk, float* dv) {
  check(settings, shape);
  const LevelRotation rotation(settings.rotary, settings.pattern, shape.head_dim);
  const LevelRotation* turn = rotation.active() ? &rotation : nullptr;
  const int d = shape.head_dim, per_kv = shape.heads / shape.kv_heads;
  const std::int64_t rows_q = shape.length * shape.heads, floats_kv = shape.length * shape.kv_heads * d;
  std::fill(dq, dq + rows_q * d, 0.f);
  std::fill(dk, dk + floats_kv, 0.f);
  std::fill(dv, dv + floats_kv, 0.f);
  std::vector<float> delta(static_cast<std::size_t>(rows_q));
  for (std::int64_t i = 0; i < rows_q; ++i) {
    double sum = 0;
    for (int c = 0; c < d; ++c) sum += double(out[i * d + c]) * dout[i * d + c];
    delta[std::size_t(i)] = float(sum);
  }
  const auto segment = [&](const Task& task) {
    const auto& rows = task.rows;
    const int kv_head = task.head / per_kv;
    Block block;
    block.head_dim = d;
    block.scale = settings.scale;
    block.causal = settings.pattern.causal;
    block.queries = block.keys = rows.count;
    block.q = rows_in(q, shape.heads, task.head, d, rows, turn);
    block.k = rows_in(k, shape.kv_heads, kv_head, d, rows, turn);
    block.v = rows_in(v, shape.kv_heads, kv_head, d, rows, nullptr);
    BlockGradients gradients;
    gradients.dout = rows_in(dout, shape.heads, task.head, d, rows, nullptr);
    gradients.lse = lse + rows.first * shape.heads + task.head;
    gradients.delta = delta.data() + rows.first * shape.heads + task.head;
    gradients.lse_stride = rows.dilation * shape.heads;
    gradients.dq = dq + (rows.first * shape.heads + task.head) * d;
    gradients.dk = dk + (rows.first * shape.kv_heads + kv_head) * d;
    gradients.dv = dv + (rows.first * shape.kv_heads + kv_head) * d;
    gradients.dq_stride = block.q.stride;
    gradients.dk_stride = block.k.stride;
    gradients.dv_stride = block.v.stride;
    kernel().backward(block, gradients);
  };
  for (int level = 0; level < int(settings.pattern.levels.size()); ++level) {
    const auto tasks = tasks_of(settings, shape, level, shape.length);
    if (per_kv == 1) {
      core::parallel_for(std::int64_t(tasks.size()), [&](std::int64_t t) { segment(tasks[std::size_t(t)]); });
    } else {
      // Heads that share keys and values add to the same rows: one thread takes all of them.
      core::parallel_for(shape.kv_heads, [&](std::int64_t kv_head) {
        for (const Task& task : tasks)
          if (task.head / per_kv == kv_head) segment(task);
      });
    }
  }
}

}  // namespace corpuscope::attention
