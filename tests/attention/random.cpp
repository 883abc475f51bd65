// Random patterns and shapes against the definition: forward, gradients, streams in any chunking, weights.
#include <gtest/gtest.h>

#include <map>

#include "attention/kernel.h"
#include "cases.h"
#include "core/error.h"
#include "core/parallel.h"

namespace corpuscope::attention::test {
namespace {

void expect_equal(const Result& ours, const Result& exact) {
  EXPECT_LE(distance(ours.out, exact.out), 1e-5);
  EXPECT_LE(distance(ours.lse, exact.lse), 1e-5);
  EXPECT_LE(distance(ours.dq, exact.dq), 2e-5);
  EXPECT_LE(distance(ours.dk, exact.dk), 2e-5);
  EXPECT_LE(distance(ours.dv, exact.dv), 2e-5);
}

TEST(Attention, EveryKernelEqualsTheDefinition) {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    const Problem p = problem(random_settings(random, false), random_shape(random, 150), unsigned(round));
    const Result exact = reference_run(p);
    for (const std::string& name : kernel_names()) {
      SCOPED_TRACE(name);
      force_kernel(name);
      expect_equal(run(p), exact);
    }
    force_kernel("");
  }
}

// Kernels without bf16 products widen the numbers; the others also round weights and gradients.
void expect_equal_bf16(const Result& ours, const Result& exact, bool widens) {
  const double tolerance = widens ? 1e-5 : 1e-2;  // relative, L2
  EXPECT_LE(distance(ours.out, exact.out), tolerance);
  EXPECT_LE(distance(ours.lse, exact.lse), tolerance);
  EXPECT_LE(distance(ours.dq, exact.dq), 2 * tolerance);
  EXPECT_LE(distance(ours.dk, exact.dk), 2 * tolerance);
  EXPECT_LE(distance(ours.dv, exact.dv), 2 * tolerance);
}

bool widens(const std::string& kernel) { return kernel.find("bf16") == std::string::npos; }

TEST(AttentionBf16, EveryKernelEqualsTheDefinition) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    Shape shape = random_shape(random, 150);
    if (round % 10 == 9) shape.head_dim = 128;
    const Problem p = rounded(problem(random_settings(random, false), shape, unsigned(round)));
    const Result exact = reference_run(p);
    for (const std::string& name : kernel_names()) {
      SCOPED_TRACE(name);
      force_kernel(name);
      expect_equal_bf16(run_bf16(p), exact, widens(name));
    }
    force_kernel("");
  }
}

// float32 numbers, rounded while they are read.
TEST(AttentionBf16, FollowsThePrecisionOfMatrixProducts) {
  std::mt19937 random(12);
  for (int round = 0; round < 20; ++round) {
    const Problem p = problem(random_settings(random, true), random_shape(random, 150), unsigned(round));
    const Result exact = reference_run(p);
    for (const std::string& name : kernel_names()) {
      SCOPED_TRACE(name);
      force_kernel(name);
      const compute::WithPrecision bf16(compute::Precision::bf16);
      const Result ours = run(p);
      Stream stream(p.settings, p.shape.heads, p.shape.kv_heads, p.shape.head_dim);
      std::vector<float> out(p.q.size()), lse(ours.lse.size());
      stream.append(p.shape.length, p.q.data(), p.k.data(), p.v.data(), out.data(), lse.data());
      expect_equal_bf16(ours, exact, widens(name));
      EXPECT_LE(distance(out, exact.out), 1e-2);
      EXPECT_EQ(distance(ours.out, exact.out) > 1e-5, !widens(name));
    }
    force_kernel("");
  }
}

TEST(AttentionBf16, AnyScale) {
  for (const float scale : {-0.2f, 0.f, 1e-12f, 0.5f}) {
    const Problem p = rounded(problem({{{{64, 1}, {256, 3}}}, scale, {}}, {200, 2, 1, 24}, 8));
    const Result exact = reference_run(p);
    for (const std::string& name : kernel_names()) {
      SCOPED_TRACE(name);
      force_kernel(name);
      expect_equal_bf16(run_bf16(p), exact, widens(name));
    }
    force_kernel("");
  }
}

TEST(Attention, DoesNotDependOnTheNumberOfThreads) {
  std::mt19937 random(2);
  const Problem p = problem({{{{64, 1}, {256, 3}}, pattern::OffsetRule::both_ends, true}, 0.2f, {}}, {700, 4, 2, 32}, 5);
  core::set_threads(1);
  const Result one = run(p);
  for (int threads : {2, 5}) {
    core::set_threads(threads);
    const Result several = run(p);
    EXPECT_EQ(one.out, several.out);
    EXPECT_EQ(one.dq, several.dq);
    EXPECT_EQ(one.dk, several.dk);
    EXPECT_EQ(one.dv, several.dv);
  }
  core::set_threads(0);
}

TEST(Attention, OnePositionIsItsOwnValue) {
  const Problem p = problem({{{{16, 1}, {64, 4}}}, 1, {}}, {1, 3, 3, 8}, 3);
  EXPECT_LE(distance(run(p).out, p.v), 2e-7);
}

// Scores of many thousands must neither overflow nor lose the largest.
TEST(Attention, HugeLogitsStayFinite) {
  const Problem p = problem({{{{32, 1}, {128, 2}}}, 1, {}}, {200, 2, 2, 16}, 4, 60);
  const Result r = run(p);
  for (float x : r.out) ASSERT_TRUE(std::isfinite(x));
  for (float x : r.dq) ASSERT_TRUE(std::isfinite(x));
  EXPECT_LE(distance(r.out, reference_run(p).out), 1e-3);
}

class Weights : public WeightSink {
 public:
  explicit Weights(int heads) : by_head(std::size_t(heads)) {}
  // Of one head: (level, query, key) -> weight.
  std::vector<std::map<std::tuple<int, std::int64_t, std::int64_t>, float>> by_head;

  void tile(const WeightTile& t) override {
    for (int i = 0; i < t.queries; ++i)
      for (int j = 0; j < t.keys; ++j)
        if (const float weight = t.weights[i * t.stride + j]; weight != 0)
          by_head[std::size_t(t.head)][{t.level, t.query_first + i * t.dilation, t.key_first + j * t.dilation}] += weight;
  }
};

TEST(Stream, AnyChunkingEqualsTheWholeSequence) {
  std::mt19937 random(6);
  for (int round = 0; round < 60; ++round) {
    const Problem p = problem(random_settings(random, true), random_shape(random, 200), unsigned(round));
    const Result whole = run(p);
    const int longest = round % 3 == 0 ? 1 : round % 3 == 1 ? 7 : 300;
    Stream stream(p.settings, p.shape.heads, p.shape.kv_heads, p.shape.head_dim);
    std::vector<float> out(p.q.size()), lse(whole.lse.size());
    while (stream.position() < p.shape.length) {
      const std::int64_t at = stream.position();
      const std::int64_t length = std::min<std::int64_t>(p.shape.length - at, 1 + std::int64_t(random()) % longest);
      const auto q_at = std::size_t(at * p.shape.heads * p.shape.head_dim);
      const auto k_at = std::size_t(at * p.shape.kv_heads * p.shape.head_dim);
      stream.append(length, &p.q[q_at], &p.k[k_at], &p.v[k_at], &out[q_at], &lse[std::size_t(at * p.shape.heads)]);
      if (random() % 4 == 0) {  // through its saved form
        Stream other(p.settings, p.shape.heads, p.shape.kv_heads, p.shape.head_dim);
        other.load(stream.save());
        stream = std::move(other);
      }
    }
    EXPECT_LE(distance(out, whole.out), 1e-5);
    EXPECT_LE(distance(lse, whole.lse), 1e-5);
  }
}

// Each query's weights over all levels sum to one, lie only where the pattern sees, and give the output.
TEST(Stream, WeightsAreThoseOfTheSoftmax) {
  std::mt19937 random(9);
  for (int round = 0; round < 30; ++round) {
    const Problem p = problem(random_settings(random, true), random_shape(random, 130), unsigned(round));
    const auto& [n, heads, kv_heads, d] = p.shape;
    Stream stream(p.settings, heads, kv_heads, d);
    std::vector<float> out(p.q.size()), lse(std::size_t(n * heads));
    Weights sink(heads);
    for (std::int64_t at = 0; at < n;) {
      const std::int64_t length = std::min<std::int64_t>(n - at, 1 + std::int64_t(random()) % 60);
      stream.append(length, &p.q[std::size_t(at * heads * d)], &p.k[std::size_t(at * kv_heads * d)],
                    &p.v[std::size_t(at * kv_heads * d)], &out[std::size_t(at * heads * d)],
                    &lse[std::size_t(at * heads)], &sink);
      at += length;
    }
    std::vector<float> rebuilt(out.size()), sums(lse.size());
    for (int head = 0; head < heads; ++head)
      for (const auto& [place, weight] : sink.by_head[std::size_t(head)]) {
        const auto [level, query, key] = place;
        ASSERT_TRUE(pattern::sees(p.settings.pattern, level, head, heads, query, key));
        sums[std::size_t(query * heads + head)] += weight;
        for (int i = 0; i < d; ++i)
          rebuilt[std::size_t((query * heads + head) * d + i)] +=
              weight * p.v[std::size_t((key * kv_heads + head / (heads / kv_heads)) * d + i)];
      }
    EXPECT_LE(distance(sums, std::vector<float>(sums.size(), 1.f)), 1e-5);
    EXPECT_LE(distance(rebuilt, out), 1e-5);
  }
}

TEST(Stream, StateDoesNotGrowWithTheLength) {
  const Problem p = problem({{{{16, 1}, {32, 2}, {64, 4}}, pattern::OffsetRule::modulo, true}, 1, {}}, {4096, 2, 2, 8}, 1);
  Stream stream(p.settings, 2, 2, 8);
  std::vector<float> out(64 * 16), lse(64 * 2);
  std::int64_t early = 0;
  for (std::int64_t at = 0; at < 4096; at += 64) {
    const auto i = std::size_t(at * 16);
    stream.append(64, &p.q[i], &p.k[i], &p.v[i], out.data(), lse.data());
    if (at == 512) early = stream.bytes();
  }
  EXPECT_LE(stream.bytes(), early);
}

TEST(Stream, RefusesAStateThatIsNotItsOwn) {
  const Settings settings{{{{16, 1}, {32, 2}}}, 1, {}};
  Stream stream(settings, 2, 2, 8);
  std::vector<float> x(40 * 16), lse(40 * 2), out(x.size());
  stream.append(40, x.data(), x.data(), x.data(), out.data(), lse.data());
  const auto state = stream.save();
  for (std::size_t size = 0; size < state.size(); size += 7) {
    Stream other(settings, 2, 2, 8);
    EXPECT_THROW(other.load(std::span(state).first(size)), core::Error);
    EXPECT_EQ(other.position(), 0);
  }
  Stream wider(settings, 2, 2, 16);
  EXPECT_THROW(wider.load(state), core::Error);
  EXPECT_THROW(Stream({{{{16, 1}}, pattern::OffsetRule::modulo, false, false}, 1, {}}, 1, 1, 8), core::Error);
}

}  // namespace
}  // namespace corpuscope::attention::test
