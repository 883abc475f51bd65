#pragma once
// Sequences of real length, where the definition of everything would take days: some queries and keys of them.

#include <set>

#include "attention_case.h"
#include "check.h"

namespace corpuscope::gpu_test {

// What the definition says of one query or key, in double. The gradients of keys take the log-sum-exp and outputs of the
// queries that see them from `ours`, which the queries' own checks have compared.
class Sampled {
 public:
  Sampled(const Problem& problem, const Results& ours) : p_(problem), ours_(ours) {}

  struct Query {
    std::vector<float> out, dq;
    float lse;
  };
  Query query(std::int64_t position, int head) const {
    const int d = p_.shape.head_dim;
    std::vector<std::pair<double, std::int64_t>> pairs;  // score, key
    double largest = -HUGE_VAL, sum = 0;
    for (int level = 0; level < levels(); ++level)
      for_rows(level, head, position, [&](std::int64_t key) {
        if (p_.settings.pattern.causal && key > position) return;
        pairs.emplace_back(score(position, key, head), key);
        largest = std::max(largest, pairs.back().first);
      });
    for (auto& pair : pairs) sum += pair.first = std::exp(pair.first - largest);
    std::vector<double> out(std::size_t(d), 0.0), dq(std::size_t(d), 0.0);
    for (auto& [weight, key] : pairs) {
      weight /= sum;
      for (int c = 0; c < d; ++c) out[std::size_t(c)] += weight * v(key, head)[c];
    }
    double delta = 0;
    for (int c = 0; c < d; ++c) delta += out[std::size_t(c)] * dout(position, head)[c];
    for (const auto& [weight, key] : pairs) {
      const double ds = weight * (dot(dout(position, head), v(key, head)) - delta) * double(p_.settings.scale);
      for (int c = 0; c < d; ++c) dq[std::size_t(c)] += ds * k(key, head)[c];
    }
    return {{out.begin(), out.end()}, {dq.begin(), dq.end()}, float(largest + std::log(sum))};
  }

  // Gradients of a key and its value; one head has them for itself.
  std::pair<std::vector<float>, std::vector<float>> key(std::int64_t position, int head) const {
    const int d = p_.shape.head_dim;
    std::vector<double> dk(std::size_t(d), 0.0), dv(std::size_t(d), 0.0);
    for (int level = 0; level < levels(); ++level)
      for_rows(level, head, position, [&](std::int64_t query) {
        if (p_.settings.pattern.causal && query < position) return;
        const std::size_t row = std::size_t(query * p_.shape.heads + head);
        const double weight = std::exp(score(query, position, head) - ours_.lse[row]);
        const double delta = dot(dout(query, head), &ours_.out[row * std::size_t(d)]);
        const double ds = weight * (dot(dout(query, head), v(position, head)) - delta) * double(p_.settings.scale);
        for (int c = 0; c < d; ++c) {
          dk[std::size_t(c)] += ds * q(query, head)[c];
          dv[std::size_t(c)] += weight * dout(query, head)[c];
        }
      });
    return {{dk.begin(), dk.end()}, {dv.begin(), dv.end()}};
  }

 private:
  int levels() const { return int(p_.settings.pattern.levels.size()); }
  // Positions that take part in the segment of `position`, if that one does.
  template <typename Visit>
  void for_rows(int level, int head, std::int64_t position, const Visit& visit) const {
    const pattern::Pattern& pattern = p_.settings.pattern;
    if (!pattern::takes_part(pattern, level, head, p_.shape.heads, position)) return;
    const std::int64_t segment =
        (position + pattern::shift(pattern, level, head)) / pattern.levels[std::size_t(level)].segment;
    const pattern::Rows rows = pattern::segment_rows(pattern, level, head, p_.shape.heads, p_.shape.length, segment);
    for (std::int64_t i = 0; i < rows.count; ++i) visit(rows.first + i * rows.dilation);
  }
  double dot(const float* a, const float* b) const {
    double sum = 0;
    for (int c = 0; c < p_.shape.head_dim; ++c) sum += double(a[c]) * b[c];
    return sum;
  }
  double score(std::int64_t query, std::int64_t key, int head) const {
    return double(p_.settings.scale) * dot(q(query, head), k(key, head));
  }
  const float* row(const std::vector<float>& x, std::int64_t position, int head) const {
    return &x[std::size_t((position * p_.shape.heads + head) * p_.shape.head_dim)];
  }
  const float* q(std::int64_t position, int head) const { return row(p_.q, position, head); }
  const float* k(std::int64_t position, int head) const { return row(p_.k, position, head); }
  const float* v(std::int64_t position, int head) const { return row(p_.v, position, head); }
  const float* dout(std::int64_t position, int head) const { return row(p_.dout, position, head); }

  const Problem& p_;
  const Results& ours_;
};

template <typename Element>
void large(Checks& checks, const std::string& kind, const Problem& given, double output, double gradient) {
  const Problem p = rounded<Element>(given);
  const Results ours = Case<Element>(p).whole(false);
  const Sampled sampled(p, ours);
  const std::size_t d = std::size_t(p.shape.head_dim);
  std::mt19937 random(5);
  std::vector<float> a[5], b[5];  // out, lse, dq, dk, dv
  const auto put = [&](int i, const std::vector<float>& from, std::size_t at, std::size_t count, const auto& exact) {
    a[i].insert(a[i].end(), from.begin() + std::ptrdiff_t(at), from.begin() + std::ptrdiff_t(at + count));
    b[i].insert(b[i].end(), exact.begin(), exact.end());
  };
  for (int i = 0; i < 200; ++i) {
    const int head = int(random() % unsigned(p.shape.heads));
    const std::int64_t position = i == 0 ? p.shape.length - 1 : std::int64_t(random()) % p.shape.length;
    const std::size_t at = std::size_t(position * p.shape.heads + head);
    const auto query = sampled.query(position, head);
    put(0, ours.out, at * d, d, query.out);
    put(1, ours.lse, at, 1, std::vector<float>{query.lse});
    put(2, ours.dq, at * d, d, query.dq);
    const auto [dk, dv] = sampled.key(position, head);
    put(3, ours.dk, at * d, d, dk);
    put(4, ours.dv, at * d, d, dv);
  }
  const char* names[] = {" out", " lse", " dq", " dk", " dv"};
  for (int i = 0; i < 5; ++i)
    checks.below(kind + names[i], name_of(p), distance(a[i], b[i]), i < 2 ? output : gradient);
}

}  // namespace corpuscope::gpu_test
