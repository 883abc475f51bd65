// The definition itself, position by position and in double. Slow on purpose.
#include <cmath>

#include "attention/attention.h"
#include "attention/level_rotation.h"

namespace corpuscope::attention::reference {

namespace {

// One query-key pair of one level, with its score and rotated rows where the level rotates.
struct Walker {
  const Settings& settings;
  const Shape& shape;
  LevelRotation rotation;

  Walker(const Settings& settings, const Shape& shape)
      : settings(settings), shape(shape), rotation(settings.rotary, settings.pattern, shape.head_dim) {}

  std::int64_t index(int level, int head, std::int64_t position) const {
    const auto [w, r] = settings.pattern.levels[std::size_t(level)];
    return (position + pattern::shift(settings.pattern, level, head)) % w / r;
  }

  std::vector<double> row(const float* x, int heads, int x_head, std::int64_t position, int level, int head) const {
    const float* from = x + (position * heads + x_head) * shape.head_dim;
    std::vector<double> to(from, from + shape.head_dim);
    rotation.rotate(to.data(), index(level, head, position), 1);
    return to;
  }

  template <typename Visit>
  void pairs(int head, std::int64_t query, Visit visit) const {
    for (int level = 0; level < int(settings.pattern.levels.size()); ++level)
      for (std::int64_t key = 0; key < shape.length; ++key)
        if (pattern::sees(settings.pattern, level, head, shape.heads, query, key)) visit(level, key);
  }
};

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct Pair {
  int level;
  std::int64_t key;
  double weight;
};

// The softmax weights of one query over all levels, and the logarithm of their denominator.
double softmax(const Walker& walk, int head, std::int64_t query, const float* q, const float* k,
               std::vector<Pair>& pairs) {
  const Shape& shape = walk.shape;
  const int kv_head = head / (shape.heads / shape.kv_heads);
  pairs.clear();
  double largest = -HUGE_VAL, denominator = 0;
  walk.pairs(head, query, [&](int level, std::int64_t key) {
    const double score = double(walk.settings.scale) * dot(walk.row(q, shape.heads, head, query, level, head),
                                                           walk.row(k, shape.kv_heads, kv_head, key, level, head));
    pairs.push_back({level, key, score});
    largest = std::max(largest, score);
  });
  for (Pair& pair : pairs) denominator += pair.weight = std::exp(pair.weight - largest);
  for (Pair& pair : pairs) pair.weight /= denominator;
  return largest + std::log(denominator);
}

}  // namespace

void forward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
             float* out, float* lse) {
  const Walker walk(settings, shape);
  const int d = shape.head_dim;
  std::vector<Pair> pairs;
  for (int head = 0; head < shape.heads; ++head)
    for (std::int64_t query = 0; query < shape.length; ++query) {
      lse[query * shape.heads + head] = float(softmax(walk, head, query, q, k, pairs));
      std::vector<double> sum(std::size_t(d), 0.0);
      for (const Pair& pair : pairs)
        for (int i = 0; i < d; ++i)
          sum[std::size_t(i)] +=
              pair.weight * v[(pair.key * shape.kv_heads + head / (shape.heads / shape.kv_heads)) * d + i];
      for (int i = 0; i < d; ++i) out[(query * shape.heads + head) * d + i] = float(sum[std::size_t(i)]);
    }
}

void backward(const Settings& settings, const Shape& shape, const float* q, const float* k, const float* v,
              const float* dout, float* dq, float* dk, float* dv) {
  const Walker walk(settings, shape);
  const int d = shape.head_dim, group = shape.heads / shape.kv_heads;
  std::vector<double> gq(std::size_t(shape.length * shape.heads * d)), gk(std::size_t(shape.length * shape.kv_heads * d)),
      gv(gk.size());
  std::vector<Pair> pairs;
  for (int head = 0; head < shape.heads; ++head)
    for (std::int64_t query = 0; query < shape.length; ++query) {
      softmax(walk, head, query, q, k, pairs);
      const float* g = dout + (query * shape.heads + head) * d;
      const auto weight_gradient = [&](const Pair& pair) {
        double sum = 0;
        for (int i = 0; i < d; ++i)
          sum += double(g[i]) * v[(pair.key * shape.kv_heads + head / group) * d + i];
        return sum;
      };
      double delta = 0;
      for (const Pair& pair : pairs) delta += pair.weight * weight_gradient(pair);
      for (const Pair& pair : pairs) {
        const double ds = pair.weight * (weight_gradient(pair) - delta) * double(settings.scale);
        auto rq = walk.row(q, shape.heads, head, query, pair.level, head);
        auto rk = walk.row(k, shape.kv_heads, head / group, pair.key, pair.level, head);
        // A rotation's gradient is the rotation back.
        walk.rotation.rotate(rk.data(), walk.index(pair.level, head, query), -1);
        walk.rotation.rotate(rq.data(), walk.index(pair.level, head, pair.key), -1);
        const std::int64_t at_q = (query * shape.heads + head) * d, at_k = (pair.key * shape.kv_heads + head / group) * d;
        for (int i = 0; i < d; ++i) {
          gq[std::size_t(at_q + i)] += ds * rk[std::size_t(i)];
          gk[std::size_t(at_k + i)] += ds * rq[std::size_t(i)];
          gv[std::size_t(at_k + i)] += pair.weight * g[i];
        }
      }
    }
  std::copy(gq.begin(), gq.end(), dq);
  std::copy(gk.begin(), gk.end(), dk);
  std::copy(gv.begin(), gv.end(), dv);
}

}  // namespace corpuscope::attention::reference
